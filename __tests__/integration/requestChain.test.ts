import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { run } from '../../src/commands/upload.ts';
import { type FaultyStorage, breakStorage } from '../support/faultyServer.ts';
import { type TemporaryFolder, temporaryFolder } from '../unit/folders.ts';
import { runCommand } from '../unit/commands/plainHost.ts';

let platform: Platform;
let folder: TemporaryFolder;
let storage: FaultyStorage;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  folder = temporaryFolder();
  folder.files('dist/app.js', 'dist/index.html', 'dist/style.css');
});
afterAll(async () => {
  folder[Symbol.dispose]();
  await platform.stop();
});
beforeEach(async () => {
  storage = await breakStorage(platform.storageUrl);
  platform.terrapi.storageEndpoint = storage.url;
});
afterEach(async () => {
  platform.terrapi.storageEndpoint = undefined;
  await storage.close();
});

const links = () => platform.terrapi.requests.filter(({ path }) => path === '/v2/storage/download').length;

/** What must have happened before the storage answers the requests of a round. */
interface Round {
  /** Requests that are all under way at the same time, e.g. `PUT a.txt`. */
  readonly requests: readonly string[];
  /** Links that the run has requested from the platform, before these requests are answered. */
  readonly links?: number;
}

/**
 * The storage answers the requests of a round only when all of them have arrived. So a run that sends them one after the other never ends.
 * @returns the requests that are in no round
 */
function answerInRounds(destination: string, rounds: readonly Round[]): readonly string[] {
  const others: string[] = [];
  const before = links();
  const gates = rounds.map(({ requests }) => ({
    left: new Set(requests),
    open: Promise.withResolvers<undefined>(),
  }));
  storage.decide = async ({ method, key }) => {
    const name = `${method} ${key.replace(`ci/${destination}/`, '')}`;
    const index = rounds.findIndex(({ requests }) => requests.includes(name));
    const [gate, round] = [gates[index], rounds[index]];
    if (!gate || !round) others.push(name);
    gate?.left.delete(name);
    if (gate?.left.size === 0) gate.open.resolve(undefined);
    await gates[index - 1]?.open.promise;
    await gate?.open.promise;
    while (links() - before < (round?.links ?? 0)) await new Promise((resolve) => setTimeout(resolve, 5));
    return undefined;
  };
  return others;
}

const upload = async (destination: string, rounds: readonly Round[], inputs: Record<string, string>) => {
  const others = answerInRounds(destination, rounds);
  const { failure } = await runCommand(run, platform, folder.path, {
    path: folder.at('dist'),
    destination,
    ...inputs,
  });
  expect([failure, others]).toEqual([undefined, []]);
};

const opening = (destination: string, ...pages: string[]): Round[] => [
  { requests: ['HEAD '] },
  { requests: [`HEAD ci/${destination}`, ...pages.map((page) => `HEAD ${page}`)] },
  { requests: ['PUT app.js', 'PUT style.css'] },
  { requests: ['PUT index.html'] },
];

test('with session links, the storage is waited for five times', async () => {
  const rounds = [...opening('session', '_links.html'), { requests: ['PUT _links.html'] }];
  expect(rounds).toHaveLength(5);
  await upload('session', rounds, { links: 'session' });
});

test('with a preview, its worker is written at the same time as the index page', async () => {
  const rounds = [
    ...opening('preview', '_links.html', '_preview.html', '_preview-worker.js'),
    { requests: ['PUT _links.html', 'PUT _preview-worker.js'] },
    { requests: ['PUT _preview.html'] },
  ];
  await upload('preview', rounds, { links: 'session', preview: 'true' });
});

test('with platform links, the link of a page is requested while the page is written', async () => {
  const rounds = [
    ...opening('platform', '_links.html'),
    // The test of the first link.
    { requests: ['HEAD app.js'], links: 1 },
    { requests: ['PUT _links.html'], links: 4 },
  ];
  await upload('platform', rounds, {});
});

test('with platform links and a preview, too', async () => {
  const rounds = [
    ...opening('both', '_links.html', '_preview.html', '_preview-worker.js'),
    { requests: ['HEAD app.js'], links: 1 },
    { requests: ['PUT _links.html', 'PUT _preview-worker.js'], links: 5 },
    { requests: ['PUT _preview.html'], links: 6 },
  ];
  await upload('both', rounds, { preview: 'true' });
});
