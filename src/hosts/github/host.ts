import { tmpdir } from 'node:os';

import * as core from '@actions/core';

import { messageOf } from '../../errors.ts';
import { excerpt } from '../../printable.ts';
import { redact, registerSecret } from '../../secrets.ts';
import type { Host } from '../host.ts';
import { commandConsole, plainConsole } from './log.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The runner of GitHub Actions, or another that speaks its protocol, such as Gitea's; or a terminal, where `GITHUB_ACTIONS` does not say that
 * there is a runner.
 */
export function githubHost(env: Environment): Host {
  const { log, error, mask } =
    env['GITHUB_ACTIONS'] === 'true' ? commandConsole() : plainConsole(env['RUNNER_DEBUG'] === '1');
  const keepSecret = (secret: string) => {
    const { lines, tooShort } = registerSecret(secret);
    for (const line of lines) mask(line);
    if (tooShort > 0)
      log.warning('A secret, or a line of one, is shorter than 4 characters and is not masked in the log.');
  };
  for (const secret of secretsIn(env)) keepSecret(secret);
  return {
    log,
    tempDir: env['RUNNER_TEMP'] ?? tmpdir(),
    workspaceDir: env['GITHUB_WORKSPACE'] ?? process.cwd(),
    input: (name) => core.getInput(name, { trimWhitespace: false }),
    mask: keepSecret,
    maskLater: mask,
    output: (name, value) => {
      // Without the file, the command of old runners would be printed.
      if (env['GITHUB_OUTPUT']) core.setOutput(name, value);
    },
    summary: async (markdown) => {
      if (!env['GITHUB_STEP_SUMMARY']) return;
      try {
        await core.summary.addRaw(redact(markdown), true).write();
      } catch (reason) {
        log.warning(`The job summary could not be written: ${excerpt(messageOf(reason))}`);
      }
    },
    fail: (text) => {
      process.exitCode = core.ExitCode.Failure;
      error(text);
    },
  };
}

/** What is secret in the environment: the token that asks for identity tokens, and passwords of proxies. */
function secretsIn(env: Environment): string[] {
  const proxies = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].map((name) => env[name] ?? '');
  const passwords = proxies.flatMap((proxy) => {
    const [, password = ''] = /^[^/:@]*:(.*)@/s.exec(proxy.trim().replace(/^[a-z][\w+.-]*:\/\//i, '')) ?? [];
    return [password, decoded(password)];
  });
  return [...new Set([env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '', ...passwords])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
