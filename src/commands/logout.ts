import { tokenRevocation } from 'openid-client';

import { type Login, type LoginFile } from '../auth/loginFile.ts';
import { loginError } from '../auth/loginErrors.ts';
import { readMasked } from '../auth/loginSource.ts';
import { openPublicClient } from '../auth/publicClient.ts';
import { type LoginInputs, readLoginInputs } from '../config/login.ts';
import { setOutputs } from '../config/outputs.ts';
import { ActionError } from '../errors/error.ts';
import type { Host } from '../hosts/host.ts';
import { createRetryLog } from '../report/retryLog.ts';
import { openInputsTransport } from './connect.ts';
import { loginFileOf } from './login.ts';
import { runCommand } from './runCommand.ts';

/** The command `logout`: removes the stored login, and revokes it at the issuer. */
export function run(host: Host): Promise<void> {
  return runCommand(host, async ({ signal }) => {
    const inputs = readLoginInputs(host.input, host.mask);
    const { clientId, issuer } = inputs;
    const file = loginFileOf(host, inputs);
    const login = await take(host, file, signal);
    if (login === undefined) {
      host.log.info(`Not logged in with client '${clientId}' at ${issuer.href}.`);
      return;
    }
    if (login instanceof ActionError) {
      warn(host, login);
      return;
    }
    host.log.info(
      `Logged out: the login of ${login.user} with client '${clientId}' is removed from ${file.path}.`,
    );
    setOutputs(host, { user: login.user });
    await revoke(host, inputs, login, signal).then(
      () => host.log.info(`The issuer has revoked the login.`),
      (error: unknown) => warn(host, loginError('refresh', inputs, error)),
    );
  });
}

/**
 * Removes the login before it is revoked, so that it is gone in any case.
 * @returns the login, undefined if there is none, or the error if it cannot be read
 */
async function take(
  host: Host,
  file: LoginFile,
  signal: AbortSignal,
): Promise<Login | ActionError | undefined> {
  const read = () =>
    readMasked(file, host.mask, 'shared').catch((error: unknown) => {
      if (error instanceof ActionError) return error;
      throw error;
    });
  if ((await read()) === undefined) return undefined;
  return file.locked(
    async () => {
      const login = await read();
      await file.remove();
      return login;
    },
    { signal },
  );
}

/** Revokes the refresh token (RFC 7009), else the access token. */
async function revoke(host: Host, inputs: LoginInputs, login: Login, signal: AbortSignal): Promise<void> {
  const transport = openInputsTransport(host, inputs, 1, signal);
  const { onRetry } = createRetryLog(host.log);
  try {
    const client = await openPublicClient(inputs, transport, host.mask, { signal, onRetry });
    if (client.server.revocation_endpoint === undefined)
      throw new ActionError('login-unavailable', `Issuer ${inputs.issuer.href} has no revocation endpoint`);
    const { refreshToken, accessToken } = login;
    await tokenRevocation(client.configuration, refreshToken ?? accessToken, {
      token_type_hint: refreshToken === undefined ? 'access_token' : 'refresh_token',
    });
  } finally {
    await transport.close();
  }
}

function warn({ log }: Pick<Host, 'log'>, { message }: ActionError): void {
  log.warning(
    'login-not-revoked',
    `The login is removed from this machine, but was not revoked: ${message}. It stays valid until it expires. End it on the account page of the issuer.`,
  );
}
