import type { Host } from '../hosts/host.ts';
import { openCredential } from '../auth/credential.ts';
import { type TokenSource, openTokenSource } from '../auth/tokenSource.ts';
import type { PlatformInputs } from '../config/platform.ts';
import { type RetryLog, createRetryLog } from '../report/retryLog.ts';
import { type Terrapi, createTerrapi } from '../terrapi/terrapi.ts';
import type { RetryOptions } from '../http/retry.ts';
import { type Transport, openTransport } from '../http/transport.ts';
import { allowsPlainHttp } from '../http/urls.ts';
import { userAgent } from '../http/version.ts';
import type { Cancellation } from './cancellation.ts';
import { setting, wording } from '../text/wording.ts';

export interface Connection {
  readonly host: Host;
  readonly terrapi: Terrapi;
  readonly transport: Transport;
  readonly cancellation: Cancellation;
  readonly retries: RetryLog;
}

/** The client app and the platform that it logs in to. */
export type Account = Pick<PlatformInputs, 'clientId' | 'issuer' | 'apiUrl'>;

export function accountLines({ clientId, issuer, apiUrl }: Account): string[] {
  return [`Client app: ${clientId}`, `Issuer: ${issuer.href}`, `TerrAPI: ${apiUrl.href}`];
}

export interface ConnectionOptions {
  readonly host: Host;
  readonly inputs: PlatformInputs;
  /** Connections to one server at most. */
  readonly connections: number;
  readonly cancellation: Cancellation;
}

/** Authenticates the client app and opens a TerrAPI client, for as long as `use` takes. All requests share one transport. */
export async function withConnection<T>(
  { host, inputs, connections, cancellation }: ConnectionOptions,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  host.checkOutputs();
  const { signal } = cancellation;
  const transport = openInputsTransport(host, inputs, connections, signal);
  const retries = createRetryLog(host.log);
  const { onRetry } = retries;
  let tokens: TokenSource | undefined;
  try {
    tokens = await openTokens(inputs, host, transport, { signal, onRetry });
    const terrapi = createTerrapi(inputs.apiUrl, tokens, transport, userAgent, { signal, onRetry });
    return await use({ host, terrapi, transport, cancellation, retries });
  } finally {
    await tokens?.settled?.();
    await transport.close();
  }
}

/**
 * Opens a transport by the inputs. It warns if they turn certificate checks off.
 * @param plainHttp whether plain HTTP to this machine is allowed; by default if the platform is on this machine
 */
export function openInputsTransport(
  host: Pick<Host, 'log'>,
  inputs: PlatformInputs,
  connections: number,
  signal: AbortSignal,
  plainHttp = allowsPlainHttp(inputs),
): Transport {
  const { certificates, tlsVerify } = inputs;
  if (!tlsVerify) warnAboutTls(host);
  return openTransport({ certificates, verify: tlsVerify, connections, plainHttp, signal });
}

/** Access tokens of the client app, by its secret or an OIDC token of the job, else of the user's stored login. */
async function openTokens(
  inputs: PlatformInputs,
  host: Host,
  transport: Transport,
  retries: RetryOptions,
): Promise<TokenSource> {
  const { loginFolder, identityToken, mask } = host;
  if (loginFolder !== undefined && inputs.clientSecret === undefined && !identityToken) {
    const { openLoginSource } = await import('../auth/loginSource.ts');
    return openLoginSource(inputs, loginFolder, transport, mask, retries);
  }
  const credential = await openCredential(inputs, host, retries);
  return openTokenSource(inputs, credential, transport, mask, retries);
}

function warnAboutTls({ log }: Pick<Host, 'log'>): void {
  log.warning(
    'tls-verify-off',
    `${setting('tls-verify', 'false')} turns off certificate checks. Anybody between ${wording().machine} and the platform can read and change the traffic, including the client secret or OIDC token. Use it for development only; ${setting('ca-certificates')} is the safe way.`,
    'Certificates are not checked',
  );
}
