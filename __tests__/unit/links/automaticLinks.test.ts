import { expect, test } from '@jest/globals';

import { ActionError } from '../../../src/errors/error.ts';
import {
  type AutomaticOptions,
  createAutomaticLinks,
  mostAutomaticLinks,
  reasonForSession,
} from '../../../src/links/automaticLinks.ts';
import type { Links } from '../../../src/links/manifest.ts';

const now = Date.parse('2026-11-26T12:00:00Z');
const week = 604_800_000;
const sessionMs = 900_000;

const linksBy = (signedBy: Links['signedBy'], expiresAt: number | undefined): Links => ({
  signedBy,
  expiresAt,
  url: (key) => `https://${signedBy}.example/bucket/${key}?signature=x`,
});

/** @param platform the platform's answer to a request for the links of these keys */
function automatic(
  platform: (keys: readonly string[]) => Links | Promise<Links>,
  options: Partial<AutomaticOptions> = {},
) {
  const asked: (readonly string[])[] = [];
  const prefetched: string[] = [];
  const whys: string[] = [];
  const links = createAutomaticLinks({
    request: async (keys) => {
      asked.push(keys);
      return await platform(keys);
    },
    prefetch: (key) => {
      prefetched.push(key);
      return Promise.resolve();
    },
    sign: () => Promise.resolve(linksBy('session', now + sessionMs)),
    sessions: {
      get: () =>
        Promise.resolve({
          accessKeyId: 'key',
          secretAccessKey: 'secret',
          sessionToken: 'token',
          openedAt: now,
          expiresAt: now + sessionMs,
        }),
    },
    clock: { now: () => now },
    expiresIn: undefined,
    preview: false,
    signal: new AbortController().signal,
    onSession: (why) => void whys.push(why),
    ...options,
  });
  return { ...links, asked, prefetched, whys };
}

const working = () => linksBy('platform', now + week);
const refused = new ActionError('platform-links', 'The platform gives no link to s3://bucket/a: 403');
const keysOf = (count: number) => Array.from({ length: count }, (_, index) => `file-${index}`);

test('one link is requested first, then the others', async () => {
  const { make, asked, whys } = automatic((keys) => ({
    ...working(),
    url: (key) => {
      expect(keys).toContain(key);
      return working().url(key);
    },
  }));
  const links = await make(['a', 'b', 'c']);
  expect([links.signedBy, links.expiresAt, links.whySession]).toEqual(['platform', now + week, undefined]);
  expect(links.url('a')).toContain('platform.example/bucket/a?');
  expect(links.url('c')).toContain('platform.example/bucket/c?');
  expect((await make(['page'])).signedBy).toBe('platform');
  expect(asked).toEqual([['a'], ['b', 'c'], ['page']]);
  expect(whys).toEqual([]);
});

test('for one file, one link is requested', async () => {
  const { make, asked } = automatic(working);
  expect((await make(['a'])).url('a')).toContain('platform.example/bucket/a?');
  expect(asked).toEqual([['a']]);
});

test('the expiry is that of the first link to expire, and unknown if one is unknown', async () => {
  const ends = [now + week, now + 2 * week];
  expect((await automatic(() => linksBy('platform', ends.pop())).make(['a', 'b'])).expiresAt).toBe(
    now + week,
  );
  for (const some of [
    [undefined, now + week],
    [now + week, undefined],
  ]) {
    const { make } = automatic(() => linksBy('platform', some.pop()));
    expect((await make(['a', 'b'])).expiresAt).toBeUndefined();
  }
});

test('after an error for the first link, the session signs all links without further requests', async () => {
  const { make, asked, whys } = automatic(() => Promise.reject(refused));
  const links = await make(['a', 'b', 'c']);
  expect([links.signedBy, links.expiresAt, links.whySession]).toEqual([
    'session',
    now + sessionMs,
    refused.message,
  ]);
  expect((await make(['page'])).signedBy).toBe('session');
  expect(asked).toEqual([['a']]);
  expect(whys).toEqual([refused.message]);
});

test('after an error for a later link, the session signs all links', async () => {
  const { make, whys } = automatic((keys) => (keys.includes('c') ? Promise.reject(refused) : working()));
  expect((await make(['a', 'b', 'c'])).signedBy).toBe('session');
  expect(whys).toEqual([refused.message]);
});

test('platform links that expire sooner than session links are not used', async () => {
  const { make, asked, whys } = automatic(() => linksBy('platform', now + 300_000));
  expect((await make(['a', 'b'])).signedBy).toBe('session');
  expect(asked).toEqual([['a']]);
  expect(whys).toEqual([`The platform's links expire sooner, in 5 min`]);
});

test('platform links that expire with session links are used', async () => {
  const { make } = automatic(() => linksBy('platform', now + sessionMs));
  expect((await make(['a', 'b'])).signedBy).toBe('platform');
});

test.each([
  [{ silentMs: 20, totalMs: 60_000 }, 'The platform gave no link for 0 s'],
  [{ silentMs: 60_000, totalMs: 20 }, 'The platform gave only some of the links in 0 s'],
])('if the platform does not return links within %j, the session signs all links', async (waits, why) => {
  const signals: AbortSignal[] = [];
  const request: AutomaticOptions['request'] = (_, { signal }) => {
    signals.push(signal);
    return new Promise<never>(() => undefined);
  };
  const { make, whys } = automatic(working, { waits, request });
  expect((await make(['a', 'b'])).signedBy).toBe('session');
  expect(whys).toEqual([why]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});

test('the links of a page are requested with the end of the upload', async () => {
  const stored = Promise.resolve();
  const given: unknown[] = [];
  const request: AutomaticOptions['request'] = (_, how) => {
    given.push(how.stored);
    return Promise.resolve(working());
  };
  const { make } = automatic(working, { request });
  await make(['a']);
  await make(['page'], stored);
  expect(given).toEqual([undefined, stored]);
});

test('a cancelled run makes no links at all', async () => {
  const cancelled = AbortSignal.abort(new Error('cancelled'));
  const { make, whys } = automatic(() => Promise.reject(cancelled.reason as Error), { signal: cancelled });
  await expect(make(['a'])).rejects.toThrow('cancelled');
  expect(whys).toEqual([]);
});

test('a preview needs links to one host', async () => {
  const two = { ...working(), url: (key: string) => `https://${key}.example/bucket/${key}?signature=x` };
  expect((await automatic(() => two, { preview: true }).make(['a', 'b'])).signedBy).toBe('session');
});

test('a preview needs links that end in the names of the files, else the session signs them', async () => {
  const short = { ...working(), url: (key: string) => `https://go.example/${key.length}` };
  const { make, whys } = automatic(() => short, { preview: true });
  expect((await make(['a', 'b'])).signedBy).toBe('session');
  expect(whys).toEqual([expect.stringContaining('A preview needs links')]);
  expect((await automatic(() => short).make(['a', 'b'])).signedBy).toBe('platform');
  expect((await automatic(working, { preview: true }).make(['a', 'b'])).signedBy).toBe('platform');
});

test('after an error for the link of a page, the session signs all links, once', async () => {
  const { make, fallBack, whys } = automatic((keys) =>
    keys.includes('page') ? Promise.reject(refused) : working(),
  );
  expect(fallBack(refused)).toBe(false);
  await make(['a', 'b']);
  await expect(make(['page'])).rejects.toBe(refused);
  expect(fallBack(new ActionError('storage-full', 'full'))).toBe(false);
  expect(fallBack(refused)).toBe(true);
  expect((await make(['a', 'b'])).signedBy).toBe('session');
  expect(fallBack(refused)).toBe(false);
  expect(whys).toEqual([refused.message]);
});

test('if a preview is not possible with platform links, the session signs its links', async () => {
  const { make, fallBack, whys } = automatic(working, { preview: true });
  await make(['a', 'b']);
  expect(fallBack(new ActionError('preview-not-possible', 'no CORS'))).toBe(true);
  expect((await make(['a', 'b'])).signedBy).toBe('session');
  expect(whys).toEqual(['no CORS']);
});

test.each([
  [mostAutomaticLinks, undefined, 900, undefined],
  [mostAutomaticLinks + 1, undefined, 900, /^there are more than 1,000 files\. 'links: platform' /],
  [3, 600, 900, /^'expires-in' asks for 10 min, and the session lasts that long$/],
  [3, 900, 899, /^'expires-in' asks for 15 min/],
  [3, 905, 900, /^'expires-in' asks for 15 min 5 s/],
  [3, 906, 900, undefined],
  [3, 3_600, 900, undefined],
  [3, 600, undefined, undefined],
])(
  'the reason for session links with %j files, %j requested seconds and sessions of %j s is %j',
  (files, expiresIn, life, why) => {
    const reason = reasonForSession(files, expiresIn, life);
    if (why === undefined) expect(reason).toBeUndefined();
    else expect(reason).toMatch(why);
  },
);

test('for more files, no link is requested from the platform', async () => {
  const { make, asked, whys } = automatic(working);
  expect((await make(keysOf(mostAutomaticLinks + 1))).signedBy).toBe('session');
  expect([asked, whys.length]).toEqual([[], 1]);
  const fewer = automatic(working);
  expect((await fewer.make(keysOf(mostAutomaticLinks))).signedBy).toBe('platform');
});

test('the first link is requested early only if the platform will be asked for links', async () => {
  const stored = Promise.resolve();
  const { prefetch, prefetched } = automatic(working);
  await prefetch('a', mostAutomaticLinks + 1, stored);
  expect(prefetched).toEqual([]);
  await prefetch('a', 3, stored);
  expect(prefetched).toEqual(['a']);
  const short = automatic(working, { expiresIn: 600 });
  await short.prefetch('a', 3, stored);
  expect(short.prefetched).toEqual([]);
});
