import type { Host } from '../hosts/host.ts';
import { openCredential } from '../auth/credential.ts';
import { openTokenSource } from '../auth/tokens.ts';
import type { PlatformInputs } from '../config/platform.ts';
import { type RetryLog, createRetryLog } from '../report/retries.ts';
import { type Terrapi, createTerrapi } from '../terrapi/client.ts';
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

/** Who asks, and which platform. */
export type Account = Pick<PlatformInputs, 'clientId' | 'issuer' | 'apiUrl'>;

export function accountLines({ clientId, issuer, apiUrl }: Account): string[] {
  return [`Client app: ${clientId}`, `Issuer: ${issuer.href}`, `TerrAPI: ${apiUrl.href}`];
}

/** Authenticates the client app and gives it TerrAPI, all over one transport, for as long as `use` takes. */
export async function withConnection<T>(
  host: Host,
  inputs: PlatformInputs,
  connections: number,
  cancellation: Cancellation,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  host.checkOutputs();
  if (!inputs.tlsVerify) {
    host.log.warning(
      'tls-verify-off',
      `'tls-verify: false': certificates are not checked, so anybody between this runner and the platform can read and change what is sent, the client secret or identity token too. Only for development; 'ca-certificates' is the safe way.`,
      'Certificates are not checked',
    );
  }
  const { certificates, tlsVerify: verify } = inputs;
  const { signal } = cancellation;
  const transport = openTransport({
    certificates,
    verify,
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
