import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { gzipSync } from 'node:zlib';

import { describe, expect, test } from '@jest/globals';

import {
  type FaultyServer,
  type SeenRequest,
  errorXml,
  useFaultyServer,
  useFaultyStorage,
} from '../support/faultyServer.ts';
import { folderWith } from '../support/folder.ts';
import { type ActionName, type Subject, cancelledWithinMs, errorOf, runSubject } from '../support/subject.ts';

const MiB = 1024 ** 2;

/** A proxy that accepts connections and never answers. */
async function silentProxy(onConnection: () => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('data', onConnection).resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const isPart = ({ method, query }: SeenRequest) => method === 'PUT' && query.has('partNumber');
const isAbort = ({ method, query }: SeenRequest) => method === 'DELETE' && query.has('uploadId');
const isListing = ({ query }: SeenRequest) => query.has('list-type');
const isDeletion = ({ query }: SeenRequest) => query.has('delete');

/** Runs that are cancelled while a request hangs, and responses that are too long. */
export function cancellationCases(subject: () => Subject): void {
  const storage = useFaultyStorage(subject);
  const api = useFaultyServer(() => new URL(subject().platform.apiUrl).origin);
  const issuer = useFaultyServer(() => new URL(subject().platform.issuer).origin);

  const apiUrl = () => `${api.url}${new URL(subject().platform.apiUrl).pathname}`;

  /** Runs an action, cancels it while a request hangs, and checks that it ends in time. */
  const cancelled = async (
    action: ActionName,
    inputs: Record<string, string>,
    hang: (cancel: () => void) => void,
    { cwd = folderWith({ 'a.txt': 'a' }), env = {} } = {},
  ) => {
    const abort = new AbortController();
    let at = NaN;
    hang(() => {
      if (!abort.signal.aborted) at = performance.now();
      abort.abort();
    });
    const run = await runSubject(
      subject(),
      action,
      { destination: 'd', ...(action === 'upload' && { path: '.' }), ...inputs },
      { cwd, env, signal: abort.signal },
    );
    expect(performance.now() - at).toBeLessThan(cancelledWithinMs);
    expect(run.exitCode).toBe(1);
    expect(run.log.match(/^::error/gm)).toHaveLength(1);
    return run;
  };

  const hangAt =
    (server: FaultyServer, wanted: (request: SeenRequest) => boolean) => (cancel: () => void) => {
      server.decide = (request) => {
        if (!wanted(request)) return undefined;
        cancel();
        return { kind: 'stall' };
      };
    };

  const nothing =
    /^The job was cancelled before this step was done\nRun the job again\.\nNothing was stored or deleted\.\nHelp: .*#cancelled$/;

  describe('a cancelled run ends within 5 s and says what is stored', () => {
    test('while a proxy does not answer CONNECT', async () => {
      let cancel: (() => void) | undefined;
      await using proxy = await silentProxy(() => cancel?.());
      const run = await cancelled(
        'upload',
        { issuer: 'https://iam.example/realms/master' },
        (given) => {
          cancel = given;
        },
        { env: { HTTPS_PROXY: proxy.url } },
      );
      expect(errorOf(run)).toMatch(nothing);
    });

    test('while TerrAPI hangs', async () => {
      const run = await cancelled(
        'upload',
        { 'api-url': apiUrl() },
        hangAt(api, () => true),
      );
      expect(errorOf(run)).toMatch(nothing);
    });

    test('while TerrAPI hangs, in the workspaces action', async () => {
      const run = await cancelled(
        'workspaces',
        { 'api-url': apiUrl() },
        hangAt(api, () => true),
      );
      expect(errorOf(run)).toMatch(nothing);
    });

    test('while the issuer hangs', async () => {
      const given = `${issuer.url}${new URL(subject().platform.issuer).pathname}`;
      const run = await cancelled(
        'upload',
        { issuer: given },
        hangAt(issuer, () => true),
      );
      expect(errorOf(run)).toMatch(nothing);
    });

    test('while the discovery of the region hangs', async () => {
      const run = await cancelled(
        'upload',
        {},
        hangAt(storage, ({ method }) => method === 'HEAD'),
      );
      expect(errorOf(run)).toMatch(nothing);
    });

    test('while a listing hangs', async () => {
      const run = await cancelled('links', {}, hangAt(storage, isListing));
      expect(errorOf(run)).toMatch(nothing);
    });

    test('while a deletion hangs', async () => {
      await runSubject(
        subject(),
        'upload',
        { path: '.', destination: 'd' },
        { cwd: folderWith({ 'a.txt': 'a' }) },
      );
      const run = await cancelled('remove', {}, hangAt(storage, isDeletion));
      expect(errorOf(run)).toMatch(
        /^The job was cancelled.*\n.*\nDeleted before that: 0 objects\.\n1 more object may be deleted: the storage has not answered the request yet\.\nHelp: .*#cancelled$/,
      );
    });

    test('while the abort of a multipart upload hangs', async () => {
      const run = await cancelled(
        'upload',
        {},
        (cancel) => {
          storage.decide = (request) => {
            if (isAbort(request)) return { kind: 'stall' };
            if (!isPart(request) || request.query.get('partNumber') !== '2') return undefined;
            cancel();
            return { kind: 'stall' };
          };
        },
        { cwd: folderWith({ 'large.bin': randomBytes(40 * MiB) }) },
      );
      expect(errorOf(run)).toMatch(/^The upload was cancelled with 0 of 1 file stored/);
      expect(errorOf(run)).toContain('parts of large.bin were not cleaned up');
      expect(storage.requests.filter(isAbort)).toHaveLength(1);
    });

    test('and aborts its multipart upload if the storage answers', async () => {
      const run = await cancelled(
        'upload',
        {},
        (cancel) => {
          storage.decide = (request) => {
            if (isAbort(request)) return { kind: 'answer', status: 204 };
            if (!isPart(request) || request.query.get('partNumber') !== '2') return undefined;
            cancel();
            return { kind: 'stall' };
          };
        },
        { cwd: folderWith({ 'large.bin': randomBytes(40 * MiB) }) },
      );
      expect(errorOf(run)).not.toContain('not cleaned up');
      expect(storage.requests.filter(isAbort)).toHaveLength(1);
    });

    test('while an index page is written', async () => {
      const page = ({ method, key }: SeenRequest) => method === 'PUT' && key.endsWith('_links.html');
      const run = await cancelled('upload', {}, hangAt(storage, page), {
        cwd: folderWith({ 'a.txt': 'a', 'b.txt': 'b' }),
      });
      expect(errorOf(run)).toMatch(
        /Stored before that: 2 files\n- a\.txt\n- b\.txt\nAll files are stored\.\nHelp: .*#cancelled$/,
      );
    });
  });

  describe('a response is not read beyond the size limit', () => {
    const json = { 'content-type': 'application/json' };

    test.each([
      ['200 MB of JSON', { headers: json, piece: ' '.repeat(MiB) }],
      [
        'gzip that expands to more than the limit',
        { headers: { ...json, 'content-encoding': 'gzip' }, piece: gzipSync(Buffer.alloc(64 * MiB, ' ')) },
      ],
    ])('%s from TerrAPI', async (_, answer) => {
      api.decide = () => ({ kind: 'endless', status: 200, everyMs: 0, ...answer });
      const run = await runSubject(
        subject(),
        'upload',
        { path: '.', 'api-url': apiUrl() },
        { cwd: folderWith({ 'a.txt': 'a' }) },
      );
      expect(run.exitCode).toBe(1);
      expect(errorOf(run)).toContain(`${api.url} answered with more than 8.0 MiB`);
    });

    test('a response from the issuer', async () => {
      issuer.decide = () => ({
        kind: 'endless',
        status: 200,
        headers: json,
        piece: ' '.repeat(MiB),
        everyMs: 0,
      });
      const run = await runSubject(
        subject(),
        'upload',
        { path: '.', issuer: `${issuer.url}${new URL(subject().platform.issuer).pathname}` },
        { cwd: folderWith({ 'a.txt': 'a' }) },
      );
      expect(errorOf(run)).toContain(`${issuer.url} answered with more than 8.0 MiB`);
    });

    test('a response from the storage, in a listing and in an error', async () => {
      const endless = (status: number) =>
        ({ kind: 'endless', status, piece: '<Contents>'.repeat(100_000), everyMs: 0 }) as const;
      storage.decide = (request) => (isListing(request) ? endless(200) : undefined);
      const links = await runSubject(subject(), 'links', { destination: 'd' }, { cwd: folderWith({}) });
      expect(errorOf(links)).toContain(`${storage.url} answered with more than 8.0 MiB`);
      storage.decide = ({ method }) => (method === 'PUT' ? endless(403) : undefined);
      const upload = await runSubject(
        subject(),
        'upload',
        { path: '.' },
        { cwd: folderWith({ 'a.txt': 'a' }) },
      );
      expect(errorOf(upload)).toMatch(/^a\.txt could not be uploaded .*: HTTP 403: /);
    });
  });

  test('an answer that is not HTTP, or cannot be decompressed, is named in the error', async () => {
    const ssh = { kind: 'raw', bytes: 'SSH-2.0-OpenSSH_9.9\r\n' } as const;
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const broken = { kind: 'answer', status: 200, headers, body: 'not gzip' } as const;
    const issuerUrl = `${issuer.url}${new URL(subject().platform.issuer).pathname}`;
    const upload = (inputs: Record<string, string>) =>
      runSubject(subject(), 'upload', { path: '.', ...inputs }, { cwd: folderWith({ 'a.txt': 'a' }) });
    for (const [fault, reason] of [
      [ssh, 'its answer is not valid HTTP (HPE_INVALID_CONSTANT)'],
      [broken, 'its answer cannot be decompressed (Z_DATA_ERROR)'],
    ] as const) {
      for (const server of [issuer, api]) server.decide = () => fault;
      // Each is retried for 7 s, so they run at once.
      const [first, second] = await Promise.all([
        upload({ issuer: issuerUrl }),
        upload({ 'api-url': apiUrl() }),
      ]);
      expect(errorOf(first)).toContain(`Issuer ${issuer.url} cannot be reached: ${reason}\n`);
      expect(errorOf(second)).toContain(`TerrAPI ${api.url} cannot be reached: ${reason}\n`);
    }
    storage.decide = () => ssh;
    expect(errorOf(await upload({}))).toContain(
      `Storage ${storage.url} cannot be reached: its answer is not valid HTTP (HPE_INVALID_CONSTANT)\n`,
    );
  });

  test('an error of a gateway that rejects the body size says that it is not from the storage', async () => {
    const page = `<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body><center><h1>413</h1></center></body></html>`;
    storage.decide = ({ method }) =>
      method === 'PUT'
        ? { kind: 'answer', status: 413, headers: { 'content-type': 'text/html' }, body: page }
        : undefined;
    const run = await runSubject(subject(), 'upload', { path: '.' }, { cwd: folderWith({ 'a.txt': 'a' }) });
    expect(errorOf(run)).toMatch(/: HTTP 413: a web page, "413 Request Entity Too Large" \(/);
    expect(errorOf(run)).toContain(`'part-size'`);
    expect(errorOf(run)).not.toContain('<');
  });

  test('an S3 error in XML keeps its message', async () => {
    storage.decide = ({ method }) =>
      method === 'PUT' ? { kind: 'answer', status: 400, body: errorXml('EntityTooLarge') } : undefined;
    const run = await runSubject(subject(), 'upload', { path: '.' }, { cwd: folderWith({ 'a.txt': 'a' }) });
    expect(errorOf(run)).toContain('EntityTooLarge 400: broken on cue');
  });
}
