import * as v from 'valibot';

import { ActionError } from '../errors.ts';
import { connectionFailure, isCertificateError, isNetworkError } from '../failures.ts';
import type { TokenSource } from '../identity/tokens.ts';
import { excerpt } from '../printable.ts';
import { type RetryPolicy, type Verdict, retry, retryAfter } from '../retry.ts';
import type { Transport } from '../transport.ts';
import {
  type SelfInfo,
  type StoragePoint,
  type StorageToken,
  principal,
  problem,
  selfInfo,
  storagePoint,
  storageToken,
} from './answers.ts';

/** The calls of TerrAPI core that this action makes; names are those of workspaces and shared folders. */
export interface Terrapi {
  readonly url: URL;
  /** Account name behind the token. */
  accountName(): Promise<string>;
  workspaces(): Promise<SelfInfo[]>;
  sharedFolders(): Promise<SelfInfo[]>;
  workspace(name: string): Promise<StoragePoint>;
  sharedFolder(name: string): Promise<StoragePoint>;
  /** Opens a storage session. */
  storageToken(storagePointName: string): Promise<StorageToken>;
}

/** TerrAPI answered, and not with what was asked for. */
export class TerrapiError extends ActionError {
  readonly status: number;
  /** Milliseconds that the answer asks to wait. */
  readonly afterMs: number | undefined;

  constructor(status: number, message: string, hint: string, afterMs?: number) {
    super('terrapi', message, { hint });
    this.status = status;
    this.afterMs = afterMs;
  }
}

const policy: RetryPolicy = { tries: 4, baseMs: 300, maxMs: 3_000, budgetMs: 4_000 };
const answerTimeout = 20_000;

/**
 * A client of TerrAPI core. Every answer is checked against its schema; a call is tried again after 429, 5xx and broken connections, and
 * once more with a new token after a 401.
 * @param url base URL, e.g. `https://api.terradue.com/core`
 */
export function createTerrapi(
  url: URL,
  tokens: TokenSource,
  transport: Transport,
  userAgent: string,
): Terrapi {
  const call = <S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>> =>
    retry(
      () => authorized(tokens, (token) => send(url, path, schema, token, transport, userAgent)),
      judge,
      policy,
    ).catch((error: unknown) => {
      throw isNetworkError(error) ? connectionFailure('TerrAPI', url, "input 'api-url'", error) : error;
    });
  const name = encodeURIComponent;
  return {
    url,
    accountName: async () => (await call('v2/user/info', principal)).name,
    workspaces: () => call('v2/storage/workspaces', v.array(selfInfo)),
    sharedFolders: () => call('v2/storage/sharedfolders', v.array(selfInfo)),
    workspace: (id) => call(`v2/storage/workspaces/${name(id)}`, storagePoint),
    sharedFolder: (id) => call(`v2/storage/sharedfolders/${name(id)}`, storagePoint),
    storageToken: (id) => call(`v2/storage/token?storagePointId=${name(id)}`, storageToken),
  };
}

/** Runs a call with the token that is held, and once more with another if that one is refused. */
async function authorized<T>(tokens: TokenSource, run: (token: string) => Promise<T>): Promise<T> {
  const token = await tokens.token();
  try {
    return await run(token);
  } catch (error) {
    if (!(error instanceof TerrapiError) || error.status !== 401) throw error;
    return run(await tokens.renew(token));
  }
}

async function send<S extends v.GenericSchema>(
  base: URL,
  path: string,
  schema: S,
  token: string,
  { fetch, clock }: Transport,
  userAgent: string,
): Promise<v.InferOutput<S>> {
  const url = new URL(`${base.href.replace(/\/+$/, '')}/${path}`);
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': userAgent },
    signal: AbortSignal.timeout(answerTimeout),
  });
  const body = await response.text();
  if (!response.ok)
    throw refusal(url, response, body, retryAfter(response.headers.get('retry-after'), clock.now()));
  const answer = v.safeParse(schema, parseJson(body));
  if (answer.success) return answer.output;
  const [issue] = answer.issues;
  throw new TerrapiError(
    response.status,
    `TerrAPI answered GET ${excerpt(url.href)} with something else than expected (${excerpt(describe(issue))})`,
    `Check input 'api-url': it is the address of TerrAPI core, e.g. https://api.terradue.com/core.`,
  );
}

/** What is wrong with an answer. The issue's own message would quote what was received, which may be a secret. */
function describe(issue: v.BaseIssue<unknown>): string {
  const where = v.getDotPath(issue) ?? 'the body';
  return issue.kind === 'schema' ? `${where} is not ${issue.expected}` : `${where} ${issue.message}`;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function refusal(url: URL, response: Response, body: string, afterMs: number | undefined): TerrapiError {
  const { status } = response;
  const asked = `TerrAPI answered GET ${excerpt(url.href)} with ${status}`;
  const location = response.headers.get('location');
  if (status >= 300 && status < 400 && location) {
    return new TerrapiError(
      status,
      `${asked}, a redirect to ${excerpt(location)}`,
      `The access token is not sent after a redirect. Check input 'api-url': give the address that the redirect leads to.`,
    );
  }
  const details = v.safeParse(problem, parseJson(body));
  const said = details.success
    ? [
        details.output.title,
        details.output.detail,
        ...Object.values(details.output.errors ?? {}).flat(),
      ].filter(Boolean)
    : [];
  return new TerrapiError(
    status,
    said.length > 0 ? `${asked}: ${excerpt(said.join('; '))}` : asked,
    hints(status),
    afterMs,
  );
}

function hints(status: number): string {
  if (status === 401) {
    return `The access token was refused, a new one too: check that 'issuer' and 'api-url' belong to the same platform, and that the client app may use it.`;
  }
  if (status === 403) return `Ask the owner to grant the client app access, or check input 'platforms'.`;
  if (status === 404)
    return `Check input 'api-url', e.g. https://api.terradue.com/core, without '/v2' at its end.`;
  return `The platform is in trouble; run the job again later.`;
}

function judge(error: unknown): Verdict {
  if (isCertificateError(error)) return 'fail';
  if (error instanceof TerrapiError) {
    if (error.status !== 429 && error.status < 500) return 'fail';
    return error.afterMs === undefined ? 'retry' : { afterMs: error.afterMs };
  }
  return !(error instanceof ActionError) && isNetworkError(error) ? 'retry' : 'fail';
}
