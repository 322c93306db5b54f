import { describe, expect, test } from '@jest/globals';

import { ActionError } from '../../../src/errors/error.ts';
import { addressProblem } from '../../../src/links/address.ts';
import { type PlatformTools, askPlatformLinks } from '../../../src/links/platform.ts';
import { TerrapiError } from '../../../src/terrapi/request.ts';
import { rejectionOf } from '../failure.ts';
import { keyAsked, openBucket } from '../storage/bucket.ts';
import { type Answer, type Asked, jwt } from '../servers.ts';

const now = Date.parse('2026-11-23T12:00:00Z');
const day = 86_400;

/** A link as the platform signs it, to the object itself. */
const lasting = (object: string, seconds = day) =>
  `${object}?X-Amz-Date=20261123T120000Z&X-Amz-Expires=${seconds}`;

/** Objects are of one byte each, and so is what links open. */
const oneByte = ({ method }: Asked): Answer =>
  method === 'HEAD'
    ? { headers: { etag: '"e"', 'content-length': '1' } }
    : { status: 206, headers: { etag: '"e"', 'content-range': 'bytes 0-0/1' }, body: 'x' };

/**
 * Asks for the links of keys from a platform that answers an object's URL so.
 * @param link told the object's address at the storage
 */
async function ask(
  keys: Iterable<string>,
  link: (address: string) => string | Promise<string>,
  tools: Partial<PlatformTools> = {},
  answer: (asked: Asked) => Answer | undefined = oneByte,
) {
  await using bucket = await openBucket(answer, { now: () => now });
  const asked: string[] = [];
  const untried: string[] = [];
  const { client, server } = bucket;
  const { endpoint } = client.location;
  const terrapi = {
    downloadLink: async (object: string) => {
      asked.push(object);
      return link(object.replace(/^s3:\/\//, endpoint.href));
    },
  } as unknown as PlatformTools['terrapi'];
  const links = await askPlatformLinks(keys, {
    terrapi,
    client,
    signal: new AbortController().signal,
    tried: new Map(),
    onUntried: (why) => void untried.push(why),
    ...tools,
  });
  const opened = server.asked.filter(({ method }) => method === 'GET').map(keyAsked);
  return { links, asked, endpoint, opened, untried };
}

test('each key gets the link that the platform gives, and all expire when the first of them does', async () => {
  const { links, endpoint } = await ask(['p/a', 'p/b', 'p/c'], (object) =>
    lasting(object, object.endsWith('b') ? 60 : day),
  );
  expect([links.signedBy, links.endsAt]).toEqual(['platform', now + 60_000]);
  expect(links.url('p/b')).toBe(lasting(`${endpoint.href}bucket/p/b`, 60));
  expect(() => links.url('p/other')).toThrow('No link was asked for');
});

test('a link holds nothing that JSON would have to escape', async () => {
  const { links, endpoint } = await ask(['a'], (object) => `${object}?q="1"&b= \u2028`);
  expect(links.url('a')).toBe(`${endpoint.href}bucket/a?q=%221%22&b=%20%E2%80%A8`);
});

test('nobody knows when they end if one does not say', async () => {
  const { links } = await ask(['a', 'b'], (object) =>
    object.endsWith('b') ? `${object}?s=1` : lasting(object),
  );
  expect(links.endsAt).toBeUndefined();
});

test('a link that a session signed ends with it', async () => {
  const token = jwt({ exp: now / 1000 + 90 });
  const { links } = await ask(['a'], (object) => `${lasting(object)}&X-Amz-Security-Token=${token}`);
  expect(links.endsAt).toBe(now + 90_000);
});

test('keys are asked about by their s3 URL, and by the encoded one where they hold what means something in URLs', async () => {
  const { asked, endpoint } = await ask(
    ['p/a b/ü+&.txt', 'p/100%.txt', 'p/what?', 'p/#1', 'p/a\\b'],
    (object) => lasting(object),
  );
  expect(asked).toEqual([
    's3://bucket/p/a b/ü+&.txt',
    ...['100%25.txt', 'what%3F', '%231', 'a%5Cb'].map((name) => `${endpoint.href}bucket/p/${name}`),
  ]);
});

test('a few are asked for at once, however many there are', async () => {
  let under = 0;
  let most = 0;
  const { asked, links } = await ask(
    Array.from({ length: 200 }, (_, index) => `k${index}`),
    async (object) => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((done) => setTimeout(done, 2));
      under -= 1;
      return lasting(object);
    },
  );
  expect([new Set(asked).size, most]).toEqual([200, 8]);
  expect(links.url('k199')).toContain('/k199?');
});

describe('what is no link to the object is refused', () => {
  const refusal = (link: (object: string) => string) =>
    rejectionOf(ask(['p/#1'], link)).then((error) => [error.code, error.message]);

  test.each<[string, (object: string) => string, string]>([
    ['the URL that was asked about', (object) => object, 'with the address that it was asked about'],
    ['that URL, written otherwise', (object) => object.replace('http:', 'HTTP:'), 'that it was asked about'],
    ['its s3 URL', () => 's3://bucket/p/#1', 'with the address that it was asked about'],
    [
      'a link over http',
      () => 'http://links.example.org/x?y',
      'leads to http://links.example.org, which is not https',
    ],
    [
      'one that has ended',
      (object) => lasting(object, 0),
      'the link ended at 2026-11-23T12:00:00.000Z already',
    ],
  ])('%s', async (_, link, said) => {
    const [code, message] = await refusal(link);
    expect(code).toBe('platform-links');
    expect(message).toContain('The platform gives no link to s3://bucket/p/#1: ');
    expect(message).toContain(said);
  });

  test('one to this very machine is taken over http as well', async () => {
    const { links } = await ask(['a'], (object) => lasting(object));
    expect(links.url('a')).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect(addressProblem('http://127.0.0.1/a?b', true)).toBeUndefined();
    expect(addressProblem('http://127.0.0.1/a?b', false)).toMatch(
      /^the link leads to http:\/\/127\.0\.0\.1, which /,
    );
  });

  test.each<[string, (object: string) => string, string]>([
    ['a user', (object) => lasting(object).replace('//', '//user:pw@'), 'has a user name or password in it'],
    ['an empty user', (object) => lasting(object).replace('//', '//@'), 'has a user name or password in it'],
    ['a user without slashes', () => 'https:user@links.example.org/a', 'it is not an https link'],
    ['a fragment', (object) => `${lasting(object)}#top`, 'has a fragment (#) in it'],
    ['a backslash', (object) => lasting(object).replace('//', '/\\'), 'a control character or a backslash'],
    ['a line break', (object) => `${lasting(object)}\n`, 'a control character or a backslash'],
    ['a script', () => 'javascript:alert(1)', 'it is not an https link'],
    ['9 KiB', (object) => `${object}?q=${'x'.repeat(9216)}`, 'characters, more than 8192'],
    ['another port of this machine', () => 'http://127.0.0.1:9/admin', '127.0.0.1:9 cannot be reached'],
    ['another host', () => 'https://links.invalid/s/1', 'links.invalid cannot be reached'],
  ])('with %s', async (_, link, said) => {
    const { code, message } = await rejectionOf(ask(['p/a'], link));
    expect([code, message]).toEqual(['platform-links', expect.stringContaining(said)]);
    expect(message).not.toMatch(/pw|alert/);
  });
});

describe('a link is opened once for its kind', () => {
  const keys = ['p/a', 'p/b b', 'p/ü/c'];

  test('and compared with the object', async () => {
    expect(new Set((await ask(keys, (object) => lasting(object))).opened)).toEqual(new Set(['p/a']));
  });

  test('but each time where it does not name the object', async () => {
    let count = 0;
    const { opened } = await ask(keys, (object) => `${new URL(object).origin}/s/${(count += 1)}`);
    expect(opened.sort()).toEqual(['/s/1', '/s/2', '/s/3']);
  });

  test.each<[string, (asked: Asked) => Answer]>([
    ['403', () => ({ status: 403, body: '' })],
    ['404', () => ({ status: 404, body: '' })],
    ['302', () => ({ status: 302, headers: { location: 'https://elsewhere.example/' } })],
    ['206', () => ({ status: 206, headers: { etag: '"e"', 'content-range': 'bytes 0-0/2' }, body: 'x' })],
    ['206', () => ({ status: 206, headers: { etag: '"f"', 'content-range': 'bytes 0-0/1' }, body: 'x' })],
    ['200', () => ({ status: 200, body: '<html>Sign in</html>' })],
    ['200', () => ({ status: 200, headers: { 'transfer-encoding': 'chunked' }, body: 'x' })],
  ])('an answer of %s to it is refused', async (_, answer) => {
    const get = (asked: Asked) => (asked.method === 'GET' ? answer(asked) : oneByte(asked));
    const { code, message } = await rejectionOf(ask(['p/a'], (object) => lasting(object), {}, get));
    expect([code, message]).toEqual([
      'platform-links',
      expect.stringMatching(/does not open it|opens something of/),
    ]);
  });

  test('an empty object, one that is sent whole, and one that the session may not look at pass', async () => {
    const empty = ({ method }: Asked): Answer =>
      method === 'HEAD'
        ? { headers: { etag: '"0"', 'content-length': '0' } }
        : { status: 416, headers: { 'content-range': 'bytes */0' } };
    const whole = (asked: Asked): Answer =>
      asked.method === 'HEAD'
        ? oneByte(asked)
        : { headers: { etag: 'W/"e"', 'content-length': '1' }, body: 'x' };
    const closed = (asked: Asked): Answer => (asked.method === 'HEAD' ? { status: 403 } : oneByte(asked));
    for (const answer of [empty, whole, closed])
      expect((await ask(['p/a'], (object) => lasting(object), {}, answer)).opened).toEqual(['p/a']);
  });

  test('a host that only this runner may not reach is a warning', async () => {
    const { links, untried } = await ask(['p/a', 'p/b'], (object) =>
      lasting(object.replace(/^http:\/\/[^/]+/, 'https://cdn.invalid')),
    );
    expect(links.url('p/b')).toContain('https://cdn.invalid/bucket/p/b?');
    expect(untried).toEqual(['its host cdn.invalid cannot be reached']);
  });
});

describe('the first failure', () => {
  test('ends all: no other link is asked for', async () => {
    const asked: string[] = [];
    const error = await rejectionOf(
      ask(
        Array.from({ length: 500 }, (_, index) => `k${index}`),
        async (object) => {
          asked.push(object);
          await new Promise((done) => setTimeout(done, 1));
          if (asked.length > 20) throw new TerrapiError(403, 'TerrAPI answered POST x with 403', 'a hint');
          return lasting(object);
        },
      ),
    );
    expect(error).toMatchObject({ code: 'platform-links' });
    expect(error.message).toMatch(
      /^The platform gives no link to s3:\/\/bucket\/k\d+: TerrAPI answered POST x with 403$/,
    );
    expect(error.hint).toMatch(/^The client app may not have links to this workspace.*'links: session'/);
    expect(asked.length).toBeLessThan(40);
  });

  test('is a cancelled job’s own', async () => {
    const controller = new AbortController();
    const reason = new Error('SIGINT');
    let asked = 0;
    const links = ask(
      Array.from({ length: 500 }, (_, index) => `k${index}`),
      (object) => {
        asked += 1;
        if (asked === 30) controller.abort(reason);
        return lasting(object);
      },
      { signal: controller.signal },
    );
    await expect(links).rejects.toBe(reason);
    expect(asked).toBeLessThan(50);
  });

  test('of the network is told as it is', async () => {
    const broken = new ActionError('unreachable', 'TerrAPI cannot be reached');
    await expect(ask(['a'], () => Promise.reject(broken))).rejects.toBe(broken);
  });
});
