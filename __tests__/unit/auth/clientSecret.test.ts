import { expect, test } from '@jest/globals';

import { rejectionOf } from '../failure.ts';
import { type Asked, transport } from '../servers.ts';
import { type Issuer, grant, serveIssuer } from './issuer.ts';
import { app, openTokenSource, secret } from './secretApp.ts';

/** An issuer that accepts one authentication method only. It rejects others as `invalid_client` (RFC 6749, 5.2). */
function strictIssuer(method: 'basic' | 'post', offered: readonly string[] | undefined): Promise<Issuer> {
  const isRight = ({ headers, body }: Asked) => {
    if (method === 'post') return new URLSearchParams(body).get('client_secret') === secret;
    // Both are form-encoded before they are joined (RFC 6749, 2.3.1).
    const [id, given] = Buffer.from(headers.authorization?.slice('Basic '.length) ?? '', 'base64')
      .toString()
      .split(':');
    return id === 'app' && new URLSearchParams(`s=${given ?? ''}`).get('s') === secret;
  };
  return serveIssuer({
    token: (count, asked) =>
      isRight(asked) ? grant(count) : { status: 401, body: { error: 'invalid_client' } },
    discovery: (_, configuration) => ({
      body: { ...configuration, token_endpoint_auth_methods_supported: offered },
    }),
  });
}

test.each([
  ['basic', ['client_secret_basic'], 1],
  ['basic', ['private_key_jwt', 'client_secret_basic'], 1],
  ['basic', ['client_secret_basic', 'client_secret_post'], 2],
  ['post', ['client_secret_post'], 1],
  ['post', ['client_secret_basic', 'client_secret_post'], 1],
  ['post', ['private_key_jwt'], 1],
  ['post', undefined, 1],
] as const)(
  'an issuer that accepts %s and advertises %j gets the secret by that method after %d requests',
  async (method, offered, requests) => {
    await using issuer = await strictIssuer(method, offered);
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    expect(await tokens.token()).toBe(`access-${requests}`);
    expect(issuer.grants()).toHaveLength(requests);
  },
);

test.each(['client_secret_basic', 7, null, {}])(
  'an issuer that advertises %j instead of a list gets the secret in the body',
  async (offered) => {
    await using issuer = await strictIssuer('post', offered as unknown as string[]);
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    expect(await tokens.token()).toBe('access-1');
  },
);

test('the error for a rejected secret names the method, and the methods that the issuer advertises', async () => {
  await using issuer = await strictIssuer('post', ['client_secret_basic', 'private_key_jwt']);
  await using way = transport();
  const tokens = await openTokenSource(app(issuer), way, () => undefined);
  const error = await rejectionOf(tokens.token());
  expect(error.code).toBe('client-secret-rejected');
  expect(error.details).toEqual([
    '- The secret was sent by client_secret_basic; the issuer advertises client_secret_basic, private_key_jwt',
  ]);
});
