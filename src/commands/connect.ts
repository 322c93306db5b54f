import type { Host } from '../hosts/host.ts';
import { openCredential } from '../auth/credential.ts';
import { openTokenSource } from '../auth/tokenSource.ts';
import type { PlatformInputs } from '../config/platform.ts';
import { type RetryLog, createRetryLog } from '../report/retryLog.ts';
import { type Terrapi, createTerrapi } from '../terrapi/terrapi.ts';
import { type Transport, openTransport } from '../http/transport.ts';
import { allowsPlainHttp } from '../http/urls.ts';
import { userAgent } from '../http/version.ts';
import type { Cancellation } from './cancellation.ts';

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
  const { certificates, tlsVerify } = inputs;
  if (!tlsVerify) warnAboutTls(host);
  const { signal } = cancellation;
  const transport = openTransport({
    certificates,
    verify: tlsVerify,
    connections,
    plainHttp: allowsPlainHttp(inputs),
    signal,
  });
  const retries = createRetryLog(host.log);
  const { onRetry } = retries;
  try {
    const credential = await openCredential(inputs, host, { signal, onRetry });
    const tokens = await openTokenSource(inputs, credential, transport, host.mask, { signal, onRetry });
    const terrapi = createTerrapi(inputs.apiUrl, tokens, transport, userAgent, { signal, onRetry });
    return await use({ host, terrapi, transport, cancellation, retries });
  } finally {
    await transport.close();
  }
}

function warnAboutTls({ log }: Pick<Host, 'log'>): void {
  log.warning(
    'tls-verify-off',
    `'tls-verify: false' turns off certificate checks. Anybody between this runner and the platform can read and change the traffic, including the client secret or identity token. Use it for development only; 'ca-certificates' is the safe way.`,
    'Certificates are not checked',
  );
}
