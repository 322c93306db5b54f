import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { secretCredential } from '../../src/auth/clientSecret.ts';
import { discover } from '../../src/auth/discovery.ts';
import { requestGrant } from '../../src/auth/grant.ts';
import { jwtClaims, jwtExpiry } from '../../src/auth/jwt.ts';
import { createIssuerRetrier, maskingFetch } from '../../src/auth/tokenEndpoint.ts';
import { createClock } from '../../src/http/clock.ts';
import { createTerrapi } from '../../src/terrapi/terrapi.ts';
import { openWorkspace } from '../../src/terrapi/workspace.ts';
import { registerSecret } from '../../src/text/secrets.ts';
import { type Json, damaged, damagedJson, damagedText, hostileText, nearly, secret } from './arbitraries.ts';
import { checkText, failsWell, fuzz, isLinear, textOf } from './properties.ts';
import { answering, once } from './transports.ts';

const api = new URL('https://api.example.org/core');
const status = fc.oneof(
  { weight: 6, arbitrary: fc.constant(200) },
  fc.constantFrom(201, 204, 302, 307, 400, 401, 403, 404, 418, 429, 500, 503),
);
const headers = fc
  .record(
    {
      location: nearly('https://storage.example.org/b/k?X-Amz-Signature=1', '/v2'),
      'retry-after': nearly('5', 'Wed, 21 Oct 2015 07:28:00 GMT'),
      date: nearly('Wed, 21 Oct 2015 07:28:00 GMT'),
    },
    { requiredKeys: [] },
  )
  .map((given) =>
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace(/[^\x21-\x7e ]/g, '')]),
    ),
  );
const answer = (...valid: Json[]) => fc.record({ status, headers, body: damagedJson(...valid) });

const point: Json = {
  name: 'main',
  type: 'workspace',
  storageType: 's3',
  initialized: true,
  endPoint: 'https://storage.example.org',
  owner: 'jane',
  resource_uris: ['s3://bucket/ci'],
  status: { statusCode: 'OK', message: null },
  properties: {
    service_url: ['https://storage.example.org/x'],
    bucket: ['bucket'],
    key: ['/ci/'],
    region: ['eu-1'],
    storage_url: ['s3://bucket/ci'],
  },
};
const jwt = (claims: Json) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
const token: Json = {
  storage: point,
  credentials: {
    accessKey: 'AK',
    secretKey: secret,
    token: jwt({ exp: 4_000_000_000 }),
    expiration: '2099-01-01T00:00:00',
  },
};

describe('answers of TerrAPI', () => {
  const all = fc.record({
    token: answer(token, {
      ...(token as object),
      credentials: { accessKey: 'AK', secretKey: secret, token: jwt({ exp: -1e300 }), expiration: null },
    }),
    point: answer(point),
    list: answer(
      [
        { name: 'main', type: 'workspace' },
        { name: 'other', type: null },
      ],
      { title: 'Not allowed', detail: 'why', errors: { field: ['bad'] } },
    ),
    user: answer({ name: 'jane', token: secret }),
    link: answer('https://storage.example.org/b/k?X-Amz-Signature=1', {
      url: 'https://storage.example.org/b/k?X-Amz-Signature=1',
      object: 's3://bucket/ci/a',
    }),
    name: fc.oneof(hostileText, nearly('main')),
  });
  fuzz('are used, or refused with a code', all, async (answers) => {
    const { transport, asked } = answering(({ pathname }) => {
      if (pathname.endsWith('/storage/token')) return answers.token;
      if (pathname.endsWith('/user/info')) return answers.user;
      if (pathname.endsWith('/download')) return answers.link;
      return /\/(?:workspaces|sharedfolders)$/.test(pathname) ? answers.list : answers.point;
    });
    registerSecret(secret);
    const tokens = { token: () => Promise.resolve(secret), refresh: () => Promise.resolve(secret) };
    const terrapi = createTerrapi(api, tokens, transport, 'fuzz', { policy: once });
    const masked: string[] = [];
    await failsWell(async () => {
      const { location, sessions } = await openWorkspace(
        answers.name.toWellFormed(),
        ['gep'],
        terrapi,
        transport,
        (text) => masked.push(text),
      );
      expect(location.endpoint.protocol).toBe('https:');
      expect(location.prefix).not.toMatch(/^\/|\/\/|(?:^|\/)\.{1,2}\/|\p{Cc}/u);
      const session = await sessions.get();
      expect(masked).toContain(session.secretAccessKey);
      expect(`${session.accessKeyId}${session.sessionToken ?? ''}`).toMatch(/^[\x21-\x7e]+$/);
    });
    await failsWell(() => terrapi.accountName());
    await failsWell(() => terrapi.downloadLink('s3://bucket/ci/a', transport.signal));
    await failsWell(() => terrapi.share('main', { path: 'a', users: ['x'], groups: [] }));
    expect(asked.every(({ origin }) => origin === api.origin)).toBe(true);
  });
});

describe('answers of an issuer', () => {
  const issuer = new URL('https://iam.example.org/realms/master');
  const discovery = answer({
    issuer: issuer.href,
    authorization_endpoint: `${issuer.href}/auth`,
    token_endpoint: `${issuer.href}/token`,
    jwks_uri: `${issuer.href}/certs`,
    response_types_supported: ['code'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  });
  const grant = answer(
    {
      access_token: 'access-token',
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: 'refresh-token',
      scope: 'openid',
    },
    { error: 'invalid_client', error_description: `the secret ${secret} is wrong` },
    { error: 'invalid_scope' },
  );
  fuzz('are used, or refused with a code', fc.tuple(discovery, grant), async ([configuration, given]) => {
    registerSecret(secret);
    const { transport, asked } = answering(({ pathname }) =>
      pathname.endsWith('/.well-known/openid-configuration') ? configuration : given,
    );
    // Random tokens must not be redacted from now on.
    const fetch = maskingFetch(transport.fetch, () => undefined);
    const retrier = createIssuerRetrier(createClock(), { policy: once });
    await failsWell(async () => {
      const server = await discover(issuer, 'app', fetch, transport, retrier);
      const app = { issuer, clientId: 'app', scope: ['openid'], platforms: [] };
      const { accessToken, freshUntil, usableUntil } = await requestGrant(
        app,
        secretCredential(secret),
        server,
        fetch,
        transport,
        retrier,
      );
      expect(accessToken).toMatch(/^[\x21-\x7e]+$/);
      expect(freshUntil <= usableUntil).toBe(true);
    });
    for (const { protocol, username } of asked) expect([protocol, username]).toEqual(['https:', '']);
  });
});

describe('tokens', () => {
  fuzz(
    'claims of a JWT are an object',
    fc.oneof(damagedText(damaged({ exp: 1, iss: 'x' }).map(jwt)), hostileText),
    (text) => {
      expect(typeof jwtClaims(text)).toBe('object');
      expect(typeof jwtExpiry(text)).toBe('number');
    },
  );
  test('are read in linear time', () => {
    for (const part of ['.', 'a', '=', '-']) isLinear((length) => part.repeat(length), jwtClaims, 200_000);
  });
});

test('a text of an error shows no message of JavaScript', () => {
  expect(() => checkText('Cannot read properties of null')).toThrow('A message of JavaScript');
  expect(textOf).toBeDefined();
});
