import type { TokenEndpointResponse } from 'openid-client';

import { type Machine, loginWay } from '../auth/loginWay.ts';
import { codeGrant } from '../auth/codeGrant.ts';
import { type DevicePrompt, deviceGrant } from '../auth/deviceGrant.ts';
import { loginOf } from '../auth/login.ts';
import { type Login, type LoginFile, loginFile } from '../auth/loginFile.ts';
import { type PublicClient, openPublicClient } from '../auth/publicClient.ts';
import { type LoginInputs, readLoginInputs } from '../config/login.ts';
import { setOutputs } from '../config/outputs.ts';
import { ActionError, messageOf } from '../errors/error.ts';
import type { Host } from '../hosts/host.ts';
import { createRetryLog } from '../report/retryLog.ts';
import { formatDuration, formatMoment } from '../text/format.ts';
import { excerpt } from '../text/sanitize.ts';
import { openInputsTransport } from './connect.ts';
import { runCommand } from './runCommand.ts';

/** The machine, and how to open its browser. */
export interface Desktop extends Machine {
  readonly openBrowser: (url: string) => Promise<unknown>;
}

/** The command `login`: a person logs in, and the login is stored for later commands. */
export function run(host: Host, desktop: Desktop = thisDesktop): Promise<void> {
  return runCommand(host, async ({ signal }) => {
    const inputs = readLoginInputs(host.input, host.mask);
    const file = loginFileOf(host, inputs);
    // A login that cannot be stored would be in vain.
    await file.locked(() => Promise.resolve(), { signal });
    const transport = openInputsTransport(host, inputs, 2, signal);
    const { onRetry } = createRetryLog(host.log);
    try {
      const client = await openPublicClient(inputs, transport, host.mask, { signal, onRetry });
      const answer = await authorize(host, inputs, client, desktop, signal);
      const login = loginOf(inputs, inputs.scope, answer, Date.now());
      await file.locked(() => file.write(login), {});
      host.log.info([
        `Logged in as ${login.user}, with client '${login.clientId}' at ${login.issuer}.`,
        expiryLine(login),
        `Stored in ${file.path}`,
      ]);
      setOutputs(host, { user: login.user });
    } catch (error) {
      throw signal.aborted ? loginCancelled() : error;
    } finally {
      await transport.close();
    }
  });
}

/** @throws ActionError `login-unavailable` if the host keeps no logins */
export function loginFileOf(
  { name, loginFolder }: Pick<Host, 'name' | 'loginFolder'>,
  inputs: LoginInputs,
): LoginFile {
  if (loginFolder !== undefined) return loginFile(loginFolder, inputs);
  throw new ActionError('login-unavailable', `People cannot log in in a job of ${name}`, {
    hint: `Set the client secret, or use the job's OIDC token.`,
  });
}

async function authorize(
  { log }: Pick<Host, 'log'>,
  inputs: LoginInputs,
  client: PublicClient,
  { openBrowser, ...machine }: Desktop,
  signal: AbortSignal,
): Promise<TokenEndpointResponse> {
  const way = loginWay(inputs, machine);
  if (way === 'device')
    return deviceGrant(client, inputs.scope, (prompt) => log.info(promptLines(prompt)), signal);
  const openPage = async ({ href }: URL) => {
    log.info([
      `Log in on this page, in a browser on this machine:`,
      href,
      `Waiting for the browser. Ctrl+C cancels.`,
    ]);
    if (way === 'browser')
      await openBrowser(href).catch((error: unknown) =>
        log.info(`No browser could be opened (${excerpt(messageOf(error))}). Open the page yourself.`),
      );
  };
  return codeGrant(client, inputs.scope, openPage, signal);
}

function promptLines({ page, code, completePage, expiresIn }: DevicePrompt): string[] {
  const steps =
    completePage === undefined
      ? [`Open this page in a browser, on any device:`, page, `Enter the code ${code}`]
      : [`Open this page in a browser, on any device:`, completePage, `Check that it shows the code ${code}`];
  return [
    ...steps,
    `Waiting for the login. The code expires in ${formatDuration(expiresIn)}. Ctrl+C cancels.`,
  ];
}

/** When the login expires. The refresh token and the access token have lifetimes of their own. */
function expiryLine({ refreshToken, refreshExpiresAt, accessUsableUntil }: Login): string {
  if (refreshToken === undefined)
    return `The login expires at ${formatMoment(accessUsableUntil)}. The issuer gave no refresh token.`;
  if (refreshExpiresAt === null) return `The login does not expire, but the issuer can end it.`;
  if (refreshExpiresAt === undefined) return `The issuer does not say when the login expires.`;
  return `The login expires at ${formatMoment(Math.max(refreshExpiresAt, accessUsableUntil))}. Each refresh extends it, as far as the issuer allows.`;
}

function loginCancelled(): ActionError {
  return new ActionError('cancelled', 'The login was cancelled', {
    hint: `Run 'upload-to-workspace login' again. Nothing was stored.`,
  });
}

const thisDesktop: Desktop = {
  env: process.env,
  platform: process.platform,
  openBrowser: async (url) => (await import('open')).default(url),
};
