import { homedir, tmpdir } from 'node:os';

import { proxyPasswords } from '../../http/proxy.ts';
import { registerSecret } from '../../text/secrets.ts';
import type { Host, Log, Run } from '../host.ts';
import type { HostOptions } from '../provider.ts';
import { createTempFolder } from '../temporary.ts';
import { userFolder } from '../userFolder.ts';
import { hints } from './hints.ts';
import { type TerminalLog, terminalLog } from './log.ts';
import { noRun } from './run.ts';

/**
 * The host for a person at a terminal, and for CI systems without an adapter. It prints to standard error, and secrets never.
 * @param run the CI run, if there is one
 * @param log where it prints, instead of a terminal's log
 */
export function terminalHost(
  options: HostOptions,
  run: Run = noRun,
  log: TerminalLog = terminalLog(options.stderr, options.verbosity),
): Host {
  const { env, input, output, onFail } = options;
  for (const password of proxyPasswords(env)) registerSecret(password);
  let tempDir: string | undefined;
  return {
    name: 'the command line',
    log,
    run,
    hints,
    hiddenLinks: { line: `Standard output has the link; '--print urls' prints all links.` },
    loginFolder: userFolder(env, process.platform, homedir()),
    tempDir: () => (tempDir ??= createTempFolder([['the folder', tmpdir()]], 'TMPDIR').folder),
    tempRoot: tmpdir(),
    workspaceDir: process.cwd(),
    checkOutputs: () => undefined,
    input,
    mask: (secret) => keepSecret(log, secret),
    maskLater: () => undefined,
    output,
    summary: () => Promise.resolve(),
    fail: (text, code) => {
      log.error(text);
      onFail(code);
    },
  };
}

function keepSecret(log: Log, secret: string): void {
  const { tooShort } = registerSecret(secret);
  if (tooShort > 0)
    log.warning(
      'short-secret',
      'A secret, or a line of one, is shorter than 4 characters. It is not removed from the output.',
    );
}
