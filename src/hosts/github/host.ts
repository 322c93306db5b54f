import { tmpdir } from 'node:os';

import * as core from '@actions/core';

import { messageOf } from '../../errors.ts';
import { excerpt, printable } from '../../printable.ts';
import type { Host, Log, Text } from '../host.ts';

/** The runner of GitHub Actions, or another that speaks its protocol, such as Gitea's. */
export function githubHost(env: Readonly<Record<string, string | undefined>>): Host {
  const log = runnerLog();
  return {
    log,
    tempDir: env['RUNNER_TEMP'] ?? tmpdir(),
    workspaceDir: env['GITHUB_WORKSPACE'] ?? process.cwd(),
    input: (name) => core.getInput(name, { trimWhitespace: false }),
    mask: (secret) => mask(secret, log),
    output: (name, value) => core.setOutput(name, value),
    summary: async (markdown) => {
      if (!env['GITHUB_STEP_SUMMARY']) return;
      try {
        await core.summary.addRaw(markdown, true).write();
      } catch (error) {
        log.warning(`The job summary could not be written: ${excerpt(messageOf(error))}`);
      }
    },
    fail: (text) => core.setFailed(safe(text)),
  };
}

function runnerLog(): Log {
  const openGroup = (title: string) => {
    core.startGroup(safe(title));
    return () => core.endGroup();
  };
  return {
    debug: (text) => core.debug(safe(text)),
    info: (text) => core.info(safe(text)),
    notice: (text, title) => core.notice(safe(text), annotation(title)),
    warning: (text, title) => core.warning(safe(text), annotation(title)),
    openGroup,
    group: (title, lines) => {
      const end = openGroup(title);
      for (const line of lines) core.info(safe(line));
      end();
    },
  };
}

/** The door: whatever is printed goes through here, line by line. */
function safe(text: Text): string {
  return [text].flat().map(printable).join('\n');
}

function annotation(title: string | undefined): core.AnnotationProperties {
  return title === undefined ? {} : { title: safe(title) };
}

/**
 * Masks a secret on each of its lines, since the runner masks line by line. A line under 4 characters would blot out half the log:
 * it is left, and said so.
 */
function mask(secret: string, log: Log): void {
  for (const line of new Set(secret.split(/\r?\n/).map((part) => part.trim()))) {
    if (line.length >= 4) core.setSecret(line);
    else if (line.length > 0)
      log.warning('A secret, or a line of one, is shorter than 4 characters and is not masked in the log.');
  }
}
