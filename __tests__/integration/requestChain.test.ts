import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { buckets, keylessApps } from '../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Hold } from '../../platform/listener.ts';
import type { Platform } from '../../platform/platform.ts';
import { run } from '../../src/commands/upload.ts';
import { githubIdentity } from '../../src/hosts/github/identity.ts';
import { type TemporaryFolder, temporaryFolder } from '../unit/folders.ts';
import { plainHost } from '../unit/commands/plainHost.ts';

let platform: Platform;
let folder: TemporaryFolder;
let hold: Hold;

beforeAll(async () => {
  platform = await startEmbeddedPlatform({ hold: (request) => hold(request) });
  folder = temporaryFolder();
  folder.files('files/a.txt', 'files/b.txt', 'files/c.txt');
  folder.files('site/app.js', 'site/index.html', 'site/style.css');
});
afterAll(async () => {
  folder[Symbol.dispose]();
  await platform.stop();
});

/** Name of a request: `issuer/…`, `terrapi/…`, `github/…`, or the key of an object below the destination. */
function nameOf({ method, url }: Parameters<Hold>[0], destination: string): string {
  const { issuer, apiUrl, tokenService } = platform;
  const servers = { issuer, terrapi: apiUrl, github: tokenService.environment.ACTIONS_ID_TOKEN_REQUEST_URL };
  const [server] = Object.entries(servers).find(([, at]) => url.origin === new URL(at).origin) ?? [];
  const last = url.pathname.split('/').at(-1) ?? '';
  const linked = url.searchParams.get('url');
  if (linked !== null) return `link to ${linked.split('/').at(-1) ?? ''}`;
  if (server !== undefined) return `${method} ${server} ${last}`;
  const key = url.pathname.slice(1);
  return `${method} ${key.replace(`${buckets.outputs}/ci/${destination}/`, '')}`;
}

/**
 * Answers the requests of a round only when all of them, and all of the rounds before, have arrived. So a run that sends them one after the
 * other never ends.
 * @returns the requests that are in no round, or come again
 */
function answerInRounds(destination: string, rounds: readonly (readonly string[])[]): readonly string[] {
  const others: string[] = [];
  const gates = rounds.map((requests) => ({
    left: new Set(requests),
    open: Promise.withResolvers<undefined>(),
  }));
  hold = async (request) => {
    // The stand-in for TerrAPI requests the issuer's keys.
    if (request.url.pathname.endsWith('/certs')) return;
    const name = nameOf(request, destination);
    const index = gates.findIndex(({ left }) => left.has(name));
    const gate = gates[index];
    if (!gate) {
      others.push(name);
      return;
    }
    gate.left.delete(name);
    await gates[index - 1]?.open.promise;
    if (gate.left.size === 0) gate.open.resolve(undefined);
    await gate.open.promise;
  };
  return others;
}

interface Given {
  readonly path: string;
  readonly inputs?: Readonly<Record<string, string>>;
}

async function upload(
  destination: string,
  rounds: readonly (readonly string[])[],
  { path, inputs = {} }: Given,
): Promise<void> {
  const others = answerInRounds(destination, rounds);
  const given = { path: folder.at(path), destination, ...inputs };
  const { host, record } = plainHost(platform, folder.path, given);
  const { environment } = platform.tokenService;
  await run({ ...host, identityToken: githubIdentity(environment, 'GitHub', () => undefined) });
  expect([record.failure, others]).toEqual([undefined, []]);
}

const login = [
  ['GET issuer openid-configuration'],
  ['POST issuer token'],
  ['GET terrapi token', 'GET terrapi info'],
];

/** The requests before the upload. `pages` are the names of generated pages. */
const opening = (destination: string, ...pages: string[]) => [
  ...login,
  [`HEAD ${buckets.outputs}`],
  [`HEAD ${buckets.outputs}/ci/${destination}`, ...pages.map((page) => `HEAD ${page}`)],
];

const allFiles = ['PUT a.txt', 'PUT b.txt', 'PUT c.txt'];
/** Preview: its entry page and its worker. */
const [entry, worker] = ['_preview.html', '_preview-worker.js'];

test('an upload of three files waits for 7 answers', async () => {
  const rounds = [...opening('session', '_links.html'), allFiles, ['PUT _links.html']];
  expect(rounds).toHaveLength(7);
  await upload('session', rounds, { path: 'files', inputs: { links: 'session' } });
});

test('with OIDC it waits for as many: the identity token is requested beside the configuration of the issuer', async () => {
  const [, ...others] = opening('keyless', '_links.html');
  const rounds = [
    ['GET issuer openid-configuration', 'GET github idtoken'],
    ...others,
    allFiles,
    ['PUT _links.html'],
  ];
  expect(rounds).toHaveLength(7);
  const inputs = { links: 'session', 'client-id': keylessApps.branch.id, 'client-secret': '' };
  await upload('keyless', rounds, { path: 'files', inputs });
});

test('with platform links it waits for 9: the first link is requested during the upload', async () => {
  const rounds = [
    ...opening('platform', '_links.html'),
    [...allFiles, 'link to a.txt'],
    // The test of the first link.
    ['HEAD a.txt', 'GET a.txt'],
    ['link to b.txt', 'link to c.txt'],
    ['PUT _links.html', 'link to _links.html'],
  ];
  expect(rounds).toHaveLength(9);
  await upload('platform', rounds, { path: 'files' });
});

test('with a preview it waits for 9: the worker is written at the same time as the index page', async () => {
  const rounds = [
    ...opening('preview', '_links.html', entry, worker),
    ['PUT app.js', 'PUT style.css'],
    ['PUT index.html'],
    ['PUT _links.html', `PUT ${worker}`],
    [`PUT ${entry}`],
  ];
  expect(rounds).toHaveLength(9);
  await upload('preview', rounds, { path: 'site', inputs: { links: 'session', preview: 'true' } });
});

test('with a preview and platform links it waits for 10: the first link is tested during the upload', async () => {
  const rounds = [
    ...opening('both', '_links.html', entry, worker),
    ['PUT app.js', 'PUT style.css', 'link to app.js'],
    ['PUT index.html', 'HEAD app.js', 'GET app.js'],
    ['link to index.html', 'link to style.css'],
    ['PUT _links.html', 'link to _links.html', `PUT ${worker}`, `link to ${worker}`],
    [`PUT ${entry}`, `link to ${entry}`],
  ];
  expect(rounds).toHaveLength(10);
  await upload('both', rounds, { path: 'site', inputs: { preview: 'true' } });
});
