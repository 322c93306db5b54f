import { describe, expect, test } from '@jest/globals';

import { ActionError } from '../../../src/errors.ts';
import { type PlatformTools, askPlatformLinks } from '../../../src/links/platform.ts';
import { TerrapiError } from '../../../src/terrapi/request.ts';
import { rejectionOf } from '../failure.ts';
import { openBucket } from '../storage/bucket.ts';
import { jwt } from '../servers.ts';

const now = Date.parse('2026-11-23T12:00:00Z');
const day = 86_400;

const lasting = (key: string, seconds = day) =>
  `https://links.example.org/${encodeURIComponent(key)}?X-Amz-Date=20261123T120000Z&X-Amz-Expires=${seconds}`;

/** Asks for the links of keys from a platform that answers an object's URL so. */
async function ask(
  keys: Iterable<string>,
  link: (object: string) => string | Promise<string>,
  tools: Partial<PlatformTools> = {},
) {
  await using bucket = await openBucket(() => ({}), { now: () => now });
  const asked: string[] = [];
  const terrapi = {
    downloadLink: async (object: string) => {
      asked.push(object);
      return link(object);
    },
  } as unknown as PlatformTools['terrapi'];
  const { client } = bucket;
  const links = await askPlatformLinks(keys, {
    terrapi,
    client,
    signal: new AbortController().signal,
    ...tools,
  });
  return { links, asked, endpoint: client.location.endpoint };
}

test('each key gets the link that the platform gives, and all end when the first of them does', async () => {
  const { links } = await ask(['p/a', 'p/b', 'p/c'], (object) =>
    lasting(object.slice(14), object.endsWith('b') ? 60 : day),
  );
  expect([links.signedBy, links.endsAt]).toEqual(['platform', now + 60_000]);
  expect(links.url('p/b')).toBe('https://links.example.org/b?X-Amz-Date=20261123T120000Z&X-Amz-Expires=60');
  expect(() => links.url('p/other')).toThrow('No link was asked for');
});

test('a link holds nothing that JSON would have to escape', async () => {
  const { links } = await ask(['a'], () => 'https://links.example.org/"a"?q=\\"\n&b=\\ \u2028');
  expect(links.url('a')).toBe('https://links.example.org/%22a%22?q=%5C%22&b=%5C%20%E2%80%A8');
});

test('nobody knows when they end if one does not say', async () => {
  const { links } = await ask(['a', 'b'], (object) =>
    object.endsWith('b') ? 'https://links.example.org/s/1' : lasting('a'),
  );
  expect(links.endsAt).toBeUndefined();
});

test('a link that a session signed ends with it', async () => {
  const token = jwt({ exp: now / 1000 + 90 });
  const { links } = await ask(['a'], () => `${lasting('a')}&X-Amz-Security-Token=${token}`);
  expect(links.endsAt).toBe(now + 90_000);
});

test('keys are asked about by their s3 URL, and by the encoded one where they hold what means something in URLs', async () => {
  const { asked, endpoint } = await ask(['p/a b/ü+&.txt', 'p/100%.txt', 'p/what?', 'p/#1', 'p/a\\b'], () =>
    lasting('x'),
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
      return lasting(object.slice(12));
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
    ['one that has ended', () => lasting('x', 0), 'the link ended at 2026-11-23T12:00:00.000Z already'],
  ])('%s', async (_, link, said) => {
    const [code, message] = await refusal(link);
    expect(code).toBe('links');
    expect(message).toContain('The platform gives no link to s3://bucket/p/#1: ');
    expect(message).toContain(said);
  });

  test('one to this very machine is taken over http as well', async () => {
    const { links } = await ask(['a'], () => 'http://127.0.0.1:9000/b/a?X-Amz-Signature=1');
    expect(links.url('a')).toBe('http://127.0.0.1:9000/b/a?X-Amz-Signature=1');
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
          return lasting('x');
        },
      ),
    );
    expect(error).toMatchObject({ code: 'links' });
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
      () => {
        asked += 1;
        if (asked === 30) controller.abort(reason);
        return lasting('x');
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
