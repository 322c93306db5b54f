import { expect, test } from '@jest/globals';

import { startTerrapi } from './localTerrapi.ts';

test('every call sends the token, Accept and User-Agent', async () => {
  await using place = await startTerrapi(() => ({
    body: { name: 'service-account-app', tokens: { token: 'x' } },
  }));
  expect(await place.terrapi.accountName()).toBe('service-account-app');
  expect(place.server.asked).toMatchObject([
    {
      method: 'GET',
      path: '/core/v2/user/info',
      headers: { authorization: 'Bearer token-1', accept: 'application/json', 'user-agent': 'test/1' },
    },
  ]);
});

test('names are encoded in URLs', async () => {
  await using place = await startTerrapi(() => ({
    body: { name: 'x', storage: { name: 'x' }, credentials: { accessKey: 'a', secretKey: 's' } },
  }));
  await place.terrapi.workspace('a/b?c&d é');
  await place.terrapi.sharedFolder('100%');
  await place.terrapi.storageToken('a&b=c+d');
  expect(place.server.asked.map(({ path }) => path)).toEqual([
    '/core/v2/storage/workspaces/a%2Fb%3Fc%26d%20%C3%A9',
    '/core/v2/storage/sharedfolders/100%25',
    '/core/v2/storage/token?storagePointId=a%26b%3Dc%2Bd',
  ]);
});

test('null and missing fields are equal, and unknown fields are ignored', async () => {
  await using place = await startTerrapi(() => ({
    body: [{ name: 'a', type: null, self: 'x', new_field: { deep: [1] } }, { name: 'b' }],
  }));
  expect(await place.terrapi.workspaces()).toEqual([{ name: 'a', type: null }, { name: 'b' }]);
});
