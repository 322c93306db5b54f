import { refreshing } from '../../../src/http/refreshingValue.ts';
import type { OnRetry, RetryPolicy } from '../../../src/http/retry.ts';
import { type StorageClient, createStorageClient } from '../../../src/storage/client.ts';
import { createStorageRetrier } from '../../../src/storage/s3Error.ts';
import type { Session } from '../../../src/terrapi/session.ts';
import { type Answer, type Asked, type LocalServer, serve, transport } from '../servers.ts';

/** A client for a workspace's bucket on a local server whose responses the test decides. */
export interface LocalBucket extends AsyncDisposable {
  readonly client: StorageClient;
  readonly server: LocalServer;
  /** Sessions opened so far; the access key ID of the n-th is `KEY-n`. */
  readonly sessions: Session[];
}

export interface BucketOptions {
  readonly stallMs?: number;
  /** Default: {@link quick}. */
  readonly policy?: RetryPolicy;
  readonly onRetry?: OnRetry;
  readonly session?: Partial<Session>;
  /** The machine's time in milliseconds since the epoch. */
  readonly now?: () => number;
}

export async function openBucket(
  answer: (asked: Asked, count: number) => Answer | undefined | Promise<Answer | undefined>,
  { stallMs, policy = quick, onRetry, session, now = Date.now }: BucketOptions = {},
): Promise<LocalBucket> {
  const server = await serve(answer);
  const opened: Session[] = [];
  const over = transport({ connections: 16, now });
  const sessions = refreshing(
    () => {
      const next: Session = {
        accessKeyId: `KEY-${opened.length + 1}`,
        secretAccessKey: 'secret',
        sessionToken: 'token',
        openedAt: now(),
        expiresAt: undefined,
        ...session,
      };
      opened.push(next);
      return Promise.resolve(next);
    },
    () => true,
  );
  const location = {
    endpoint: new URL(`http://127.0.0.1:${server.port}/`),
    bucket: 'bucket',
    prefix: 'p/',
    region: undefined,
  };
  return {
    client: createStorageClient(location, 'fr-par', sessions, over, {
      retrier: createStorageRetrier(over.clockOf(location.endpoint), { policy, onRetry }),
      ...(stallMs !== undefined && { stallMs }),
    }),
    server,
    sessions: opened,
    [Symbol.asyncDispose]: async () => {
      await over[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** No retries. */
export const once: RetryPolicy = { baseMs: 0, maxMs: 0, budgetMs: 0 };

/** Retries after milliseconds, for up to 10 s. */
export const quick: RetryPolicy = { baseMs: 1, maxMs: 20, budgetMs: 10_000 };

/** An error document of S3. */
export function errorXml(code: string, message = 'said on cue'): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}

/** The access key ID that signed a request. */
export function keyOf({ headers }: Asked): string | undefined {
  return /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1];
}

/** The key in the path of a request, decoded. */
export function keyAsked({ path }: Asked): string {
  return decodeURIComponent(path.replace(/\?.*$/s, '').replace(/^\/bucket\//, ''));
}

/** Uploads an object with its key as content. */
export function put(client: StorageClient, key: string): Promise<unknown> {
  return client.send({ method: 'PUT', path: client.path(key), body: Buffer.from(key) });
}
