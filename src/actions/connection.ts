import * as core from '@actions/core';

import { createClock } from '../clock.ts';
import { openCredential } from '../identity/credential.ts';
import { openTokenSource } from '../identity/tokens.ts';
import { type PlatformInputs, maskSecret } from '../inputs.ts';
import { type RetryLog, createRetryLog } from '../report/retries.ts';
import { type Terrapi, createTerrapi } from '../terrapi/client.ts';
import { type Transport, openTransport } from '../transport.ts';
import { userAgent } from '../version.ts';

export interface Connection {
  readonly terrapi: Terrapi;
  readonly transport: Transport;
  readonly retries: RetryLog;
}

/** Authenticates the client app and gives it TerrAPI, all over one transport, for as long as `use` takes. */
export async function withConnection<T>(
  inputs: PlatformInputs,
  connections: number,
  signal: AbortSignal,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  if (!inputs.tlsVerify) {
    core.warning(
      `'tls-verify: false': certificates are not checked, so anybody between this runner and the platform can read and change what is sent, the client secret or identity token too. Only for development; 'ca-certificates' is the safe way.`,
      { title: 'Certificates are not checked' },
    );
  }
  const { certificates, tlsVerify: verify } = inputs;
  const transport = openTransport({ certificates, verify, connections, clock: createClock() });
  const retries = createRetryLog(core.info);
  const { onRetry } = retries;
  try {
    const credential = await openCredential(inputs, process.env, maskSecret, { signal, onRetry });
    const tokens = await openTokenSource(inputs, credential, transport, maskSecret, { signal, onRetry });
    const terrapi = createTerrapi(inputs.apiUrl, tokens, transport, userAgent, { signal, onRetry });
    return await use({ terrapi, transport, retries });
  } finally {
    await transport.close();
  }
}
