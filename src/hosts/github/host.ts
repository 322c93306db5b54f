import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import * as core from '@actions/core';

import { ActionError, messageOf } from '../../errors/error.ts';
import { proxyPasswords } from '../../http/proxy.ts';
import { excerpt } from '../../text/sanitize.ts';
import { redact, registerSecret } from '../../text/secrets.ts';
import type { Host, Log } from '../host.ts';
import { createTempFolder } from '../temporary.ts';
import { type Forge, forgeOf } from './forge.ts';
import { hintsFor } from './hints.ts';
import { githubIdentity } from './identity.ts';
import { type Console, commandConsole, lineConsole, plainConsole } from './log.ts';
import { type GithubRun, readRun } from './run.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The host for GitHub Actions and compatible runners, e.g. Gitea's. Without `GITHUB_ACTIONS=true` it prints plain text, for a terminal.
 */
export function githubHost(env: Environment): Host {
  const forge = forgeOf(env);
  const output = openConsole(env, forge);
  const { log, error, mask } = output;
  const keepSecret = (secret: string) => maskSecret(output, secret);
  for (const secret of proxyPasswords(env)) keepSecret(secret);
  const workspaceDir = given(env, 'GITHUB_WORKSPACE') ?? process.cwd();
  let tempDir: string | undefined;
  let read: GithubRun | undefined;
  const run = () => (read ??= readRun(env, readEvent(env['GITHUB_EVENT_PATH'])));
  return {
    name: forge.name,
    log,
    get run() {
      return run();
    },
    hints: hintsFor[forge.name],
    identityToken: githubIdentity(env, forge.name, keepSecret),
    openReporter: async (options) => (await import('./reporter.ts')).githubReporter(run(), options),
    tempDir: () => (tempDir ??= openTempDir(env, workspaceDir, log)),
    tempRoot: given(env, 'RUNNER_TEMP') ?? tmpdir(),
    workspaceDir,
    checkOutputs: () => checkOutputs(env['GITHUB_OUTPUT']),
    input: (name) => core.getInput(name, { trimWhitespace: false }),
    mask: keepSecret,
    maskLater: mask,
    output: (name, value) => {
      // Without this file, @actions/core prints a workflow command of old runners.
      if (env['GITHUB_OUTPUT']) core.setOutput(name, value);
    },
    summary: async (markdown) => {
      if (!env['GITHUB_STEP_SUMMARY']) return;
      try {
        await core.summary.addRaw(redact(markdown), true).write();
      } catch (reason) {
        log.warning(
          'summary-not-written',
          `The job summary could not be written: ${excerpt(messageOf(reason))}`,
        );
      }
    },
    fail: (text) => {
      process.exitCode = core.ExitCode.Failure;
      error(text);
    },
  };
}

function openConsole(env: Environment, forge: Forge): Console {
  if (env['GITHUB_ACTIONS'] !== 'true') return plainConsole(env['RUNNER_DEBUG'] === '1');
  return forge.decodesCommands ? commandConsole() : lineConsole();
}

function maskSecret({ log, mask }: Console, secret: string): void {
  const { lines, tooShort } = registerSecret(secret);
  for (const line of lines) mask(line);
  if (tooShort > 0)
    log.warning(
      'short-secret',
      'A secret, or a line of one, is shorter than 4 characters and is not masked in the log.',
    );
}

/** The value of a variable; undefined if it is empty, e.g. from an empty expression. */
function given(env: Environment, name: string): string | undefined {
  return env[name] === '' ? undefined : env[name];
}

/** JSON of the event that started the run; empty if it cannot be read. */
function readEvent(file: string | undefined): string {
  try {
    return file ? readFileSync(file, 'utf8') : '';
  } catch {
    return '';
  }
}

/** Prefers `RUNNER_TEMP`, then the system's folders outside of the checkout: a later step might publish files in the checkout. */
function openTempDir(env: Environment, workspaceDir: string, log: Log): string {
  const system: [string, string][] = [
    ['the folder', path.resolve(tmpdir())],
    ...(process.platform === 'win32' ? [] : [['the folder', '/tmp'] as [string, string]]),
  ];
  const outside = system.filter(([, place]) => !isWithin(workspaceDir, place));
  const own = given(env, 'RUNNER_TEMP');
  const places = [
    ...(own === undefined ? [] : [['RUNNER_TEMP', own] as const]),
    ...(outside.length > 0 ? outside : system),
  ];
  const { folder, refused } = createTempFolder(places, 'RUNNER_TEMP');
  if (refused.length > 0) log.info(`Temporary files are in ${folder}. Not writable: ${refused.join(', ')}`);
  return folder;
}

function isWithin(folder: string, place: string): boolean {
  const relative = path.relative(folder, place);
  return !path.isAbsolute(relative) && !/^\.\.(?:[\\/]|$)/.test(relative);
}

function checkOutputs(file: string | undefined): void {
  if (!file) return;
  try {
    const descriptor = openSync(file, 'a');
    try {
      // A full device refuses even a write of zero bytes.
      writeSync(descriptor, '');
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new ActionError(
      'outputs-not-set',
      `Outputs cannot be set: the file of GITHUB_OUTPUT is not writable: ${messageOf(error)}`,
      {
        hint: `The runner sets GITHUB_OUTPUT. Do not set it elsewhere, and check that the disk has free space. Nothing was sent.`,
        cause: error,
      },
    );
  }
}
