import { describe, expect, test } from '@jest/globals';

import { ActionError } from '../../../src/errors/error.ts';
import { linkProblem } from '../../../src/links/urlChecks.ts';
import {
  type PlatformLinkOptions,
  prefetchPlatformLink,
  requestPlatformLinks,
} from '../../../src/links/platformLinks.ts';
import { TerrapiError } from '../../../src/terrapi/request.ts';
import { rejectionOf } from '../failure.ts';
import { keyAsked, openBucket } from '../storage/localBucket.ts';
import { type Answer, type Asked, jwt } from '../servers.ts';

const now = Date.parse('2026-11-23T12:00:00Z');
const day = 86_400;

/** A link as the platform signs it. */
const lasting = (object: string, seconds = day) =>
  `${object}?X-Amz-Date=20261123T120000Z&X-Amz-Expires=${seconds}`;

/** Answers as for an object of one byte. */
const oneByte = ({ method }: Asked): Answer =>
  method === 'HEAD'
    ? { headers: { etag: '"e"', 'content-length': '1' } }
    : { status: 206, headers: { etag: '"e"', 'content-range': 'bytes 0-0/1' }, body: 'x' };

/**
 * Requests the links of keys from a stand-in for the platform.
 * @param link makes the link from the address of the object
 * @param early what is requested before the links
 */
async function ask(
  keys: Iterable<string>,
  link: (address: string) => string | Promise<string>,
  tools: Partial<PlatformLinkOptions> = {},
  answer: (asked: Asked) => Answer | undefined = oneByte,
  early?: (options: PlatformLinkOptions) => Parameters<typeof prefetchPlatformLink>,
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
  } as unknown as PlatformLinkOptions['terrapi'];
  const options: PlatformLinkOptions = {
    terrapi,
    client,
    signal: new AbortController().signal,
    tried: new Map(),
    early: new Map(),
    onUntried: (why) => void untried.push(why),
    ...tools,
  };
  if (early) prefetchPlatformLink(...early(options));
  const links = await requestPlatformLinks(keys, options);
  const opened = server.asked.filter(({ method }) => method === 'GET').map(keyAsked);
  return { links, asked, endpoint, opened, untried };
}

test('each key gets the link of the platform, and the expiry is that of the first link', async () => {
  const { links, endpoint } = await ask(['p/a', 'p/b', 'p/c'], (object) =>
    lasting(object, object.endsWith('b') ? 60 : day),
  );
  expect([links.signedBy, links.expiresAt]).toEqual(['platform', now + 60_000]);
  expect(links.url('p/b')).toBe(lasting(`${endpoint.href}bucket/p/b`, 60));
  expect(() => links.url('p/other')).toThrow('No link was requested for');
});

test('a link has no characters that JSON escapes', async () => {
  const { links, endpoint } = await ask(['a'], (object) => `${object}?q="1"&b= \u2028`);
  expect(links.url('a')).toBe(`${endpoint.href}bucket/a?q=%221%22&b=%20%E2%80%A8`);
});

test('the expiry is unknown if one link does not say it', async () => {
  const { links } = await ask(['a', 'b'], (object) =>
    object.endsWith('b') ? `${object}?s=1` : lasting(object),
  );
  expect(links.expiresAt).toBeUndefined();
});

test('a link that a session signed expires with the session', async () => {
  const token = jwt({ exp: now / 1000 + 90 });
  const { links } = await ask(['a'], (object) => `${lasting(object)}&X-Amz-Security-Token=${token}`);
  expect(links.expiresAt).toBe(now + 90_000);
});

test('TerrAPI gets the s3 URL of a key, or the encoded https URL if the key has characters with a meaning in URLs', async () => {
  const { asked, endpoint } = await ask(
    ['p/a b/ü+&.txt', 'p/100%.txt', 'p/what?', 'p/#1', 'p/a\\b'],
    (object) => lasting(object),
  );
  expect(asked).toEqual([
    's3://bucket/p/a b/ü+&.txt',
    ...['100%25.txt', 'what%3F', '%231', 'a%5Cb'].map((name) => `${endpoint.href}bucket/p/${name}`),
  ]);
});

test('at most 8 links are requested at the same time', async () => {
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

describe('an invalid link is an error', () => {
  const refusal = (link: (object: string) => string) =>
    rejectionOf(ask(['p/#1'], link)).then((error) => [error.code, error.message]);

  test.each<[string, (object: string) => string, string]>([
    ['the requested URL', (object) => object, 'it returned the address of the object itself'],
    [
      'the requested URL in other letter case',
      (object) => object.replace('http:', 'HTTP:'),
      'the object itself',
    ],
    ['its s3 URL', () => 's3://bucket/p/#1', 'it returned the address of the object itself'],
    [
      'a link over http',
      () => 'http://links.example.org/x?y',
      'leads to http://links.example.org, which is not https',
    ],
    ['an expired link', (object) => lasting(object, 0), 'the link expired at 2026-11-23T12:00:00.000Z'],
  ])('%s', async (_, link, said) => {
    const [code, message] = await refusal(link);
    expect(code).toBe('platform-links');
    expect(message).toContain('The platform gives no link to s3://bucket/p/#1: ');
    expect(message).toContain(said);
  });

  test('plain http is allowed for loopback only', async () => {
    const { links } = await ask(['a'], (object) => lasting(object));
    expect(links.url('a')).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect(linkProblem('http://127.0.0.1/a?b', true)).toBeUndefined();
    expect(linkProblem('http://127.0.0.1/a?b', false)).toMatch(
      /^the link leads to http:\/\/127\.0\.0\.1, which /,
    );
  });

  test.each<[string, (object: string) => string, string]>([
    ['a user', (object) => lasting(object).replace('//', '//user:pw@'), 'contains a user name or password'],
    ['an empty user', (object) => lasting(object).replace('//', '//@'), 'contains a user name or password'],
    ['a user without slashes', () => 'https:user@links.example.org/a', 'it is not an https link'],
    ['a fragment', (object) => `${lasting(object)}#top`, 'contains a fragment (#)'],
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

describe('one link of each template is tested', () => {
  const keys = ['p/a', 'p/b b', 'p/ü/c'];

  test('with a comparison to the object', async () => {
    expect(new Set((await ask(keys, (object) => lasting(object))).opened)).toEqual(new Set(['p/a']));
  });

  test('but every link is tested if links do not contain the key', async () => {
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
  ])('and an answer of %s that does not fit is an error', async (_, answer) => {
    const get = (asked: Asked) => (asked.method === 'GET' ? answer(asked) : oneByte(asked));
    const { code, message } = await rejectionOf(ask(['p/a'], (object) => lasting(object), {}, get));
    expect([code, message]).toEqual([
      'platform-links',
      expect.stringMatching(/does not open it|opens an object with another size or ETag/),
    ]);
  });

  test('and passes for an empty object, for a whole object, and if the session may not read the object', async () => {
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

  test('and a host that the runner cannot reach is reported once', async () => {
    const { links, untried } = await ask(['p/a', 'p/b', 'p/c'], (object) =>
      lasting(object.replace(/^http:\/\/[^/]+/, 'https://cdn.invalid')),
    );
    expect(links.url('p/b')).toContain('https://cdn.invalid/bucket/p/b?');
    expect(untried).toEqual(['its host cdn.invalid cannot be reached']);
  });
});

test('a link that opens another object is an error, at any host', async () => {
  const why = 'it opens another object';
  const tried = new Map([
    ['https://cdn.invalid/bucket/?sig', Promise.resolve({ kind: 'fails', why } as const)],
  ]);
  const error = await rejectionOf(ask(['p/a'], () => 'https://cdn.invalid/bucket/p/a?sig', { tried }));
  expect(error).toMatchObject({
    code: 'platform-links',
    message: `The platform gives no link to s3://bucket/p/a: ${why}`,
    hint: expect.stringMatching(/^Ask the operators of the platform .*\. Or set 'links: session'/),
  });
});

test.each([
  [
    403,
    'a hint',
    /^The client app has no permission for links to this workspace\. Ask .*\. Or set 'links: se/,
  ],
  [404, 'Check the name.', /^Check the name\. Or set 'links: session'/],
])(
  'if the platform refuses links with %d and the hint %j, the error says what to do',
  async (status, hint, all) => {
    const refusal = new TerrapiError(status, 'TerrAPI answered', hint);
    const error = await rejectionOf(ask(['p/a'], () => Promise.reject(refusal)));
    expect(error).toMatchObject({ code: 'platform-links', hint: expect.stringMatching(all) });
  },
);

describe('a link that is requested early', () => {
  const early =
    (stored: Promise<unknown>) =>
    (options: PlatformLinkOptions): Parameters<typeof prefetchPlatformLink> => [
      'p/a',
      { ...options, stored },
    ];

  test('is requested and tested only once, when its object is stored', async () => {
    const events: string[] = [];
    const stored = Promise.withResolvers<undefined>();
    const link = (object: string) => {
      events.push(`link to ${object.slice(-3)}`);
      if (object.endsWith('b')) {
        events.push('stored');
        stored.resolve(undefined);
      }
      return lasting(object);
    };
    const answer = (asked: Asked) => {
      events.push(asked.method ?? '');
      return oneByte(asked);
    };
    const { links } = await ask(['p/b', 'p/a'], link, {}, answer, early(stored.promise));
    expect(links.url('p/a')).toContain('/bucket/p/a?');
    expect(events.slice(0, 3)).toEqual(['link to p/a', 'link to p/b', 'stored']);
    expect(events.slice(3).sort()).toEqual(['GET', 'HEAD']);
  });

  test('fails with the error of the request', async () => {
    const denied = () => Promise.reject(new TerrapiError(403, 'TerrAPI answered POST x with 403', ''));
    const error = await rejectionOf(ask(['p/a'], denied, {}, oneByte, early(Promise.resolve())));
    expect([error.code, error.message]).toEqual([
      'platform-links',
      'The platform gives no link to s3://bucket/p/a: TerrAPI answered POST x with 403',
    ]);
  });

  test('is not waited for after the run is cancelled', async () => {
    const reason = new Error('SIGINT');
    const never = new Promise<never>(() => undefined);
    const cancelled = { signal: AbortSignal.abort(reason) };
    await expect(ask(['p/a'], lasting, cancelled, oneByte, early(never))).rejects.toBe(reason);
  });
});

describe('the first failure', () => {
  test('stops all other requests', async () => {
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
    expect(error.hint).toMatch(
      /^The client app has no permission for links to this workspace.*'links: session'/,
    );
    expect(asked.length).toBeLessThan(40);
  });

  test('is the reason of the abort signal if the job is cancelled', async () => {
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

  test('of the network is thrown unchanged', async () => {
    const broken = new ActionError('unreachable', 'TerrAPI cannot be reached');
    await expect(ask(['a'], () => Promise.reject(broken))).rejects.toBe(broken);
  });
});
