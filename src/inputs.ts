import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

import * as core from '@actions/core';

import { ActionError, messageOf } from './errors.ts';
import { isSafeUrl } from './loopback.ts';
import { excerpt } from './printable.ts';
import { parseDuration } from './quantities.ts';

/** What every action is told: who asks, and which platform. */
export interface PlatformInputs {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly platforms: readonly string[];
  /** Scopes to ask for, the platforms' among them. */
  readonly scope: readonly string[];
  readonly issuer: URL;
  readonly apiUrl: URL;
  /** PEM certificates that join the public roots. */
  readonly certificates: readonly string[];
  readonly tlsVerify: boolean;
}

export interface UploadInputs extends PlatformInputs {
  readonly workspace: string;
  /** Folder below the workspace's prefix, without a slash at either end; empty for the prefix itself. */
  readonly destination: string;
  /** Lines of patterns, as they were given. */
  readonly path: readonly string[];
  readonly root: string | undefined;
  readonly ifNoFilesFound: 'error' | 'warn' | 'ignore';
  readonly includeHiddenFiles: boolean;
  readonly symlinks: 'inside' | 'follow' | 'skip';
  /** Requests under way at once; undefined: chosen from the machine. */
  readonly concurrency: number | undefined;
  /** Life asked for the links in seconds; undefined: as long as can be had. */
  readonly expiresIn: number | undefined;
  readonly maskLinks: boolean;
  readonly dryRun: boolean;
}

/** Where a raw input comes from: `core.getInput` on a runner. */
export type RawInput = (name: string) => string;

/** Reads inputs and keeps what is wrong with them, so that all of it can be told at once. */
class Reader {
  readonly problems: string[] = [];
  readonly #raw: RawInput;

  constructor(raw: RawInput) {
    this.#raw = raw;
  }

  text(name: string, fallback = ''): string {
    return this.#raw(name).trim() || fallback;
  }

  required(name: string, example: string): string {
    const value = this.text(name);
    if (!value) this.problems.push(`${name}: is missing; expected ${example}`);
    return value;
  }

  lines(name: string): string[] {
    return this.text(name)
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean);
  }

  words(name: string, fallback = ''): string[] {
    return this.text(name, fallback).split(/\s+/).filter(Boolean);
  }

  /** Text given by the user, read by `parse`; undefined from it means that the text is not what was expected. */
  parsed<T>(
    name: string,
    value: string,
    expected: string,
    parse: (value: string) => T | undefined,
  ): T | undefined {
    const parsed = parse(value);
    if (parsed === undefined) this.refuse(name, value, expected);
    return parsed;
  }

  optional<T>(name: string, expected: string, parse: (value: string) => T | undefined): T | undefined {
    const value = this.text(name);
    return value ? this.parsed(name, value, expected, parse) : undefined;
  }

  choice<T extends string>(name: string, choices: readonly [T, ...T[]]): T {
    const value = this.text(name, choices[0]);
    const expected = `one of ${choices.map((choice) => `'${choice}'`).join(', ')}`;
    return this.parsed(name, value, expected, () => choices.find((choice) => choice === value)) ?? choices[0];
  }

  /** YAML 1.2 core schema's ways to write a boolean. */
  boolean(name: string, fallback: boolean): boolean {
    const value = this.text(name, String(fallback));
    const parse = () =>
      /^(true|True|TRUE)$/.test(value) ? true : /^(false|False|FALSE)$/.test(value) ? false : undefined;
    return this.parsed(name, value, `'true' or 'false'`, parse) ?? fallback;
  }

  refuse(name: string, value: string, expected: string): void {
    this.problems.push(`${name}: got '${excerpt(value, 120)}', expected ${expected}`);
  }

  finish(): void {
    if (this.problems.length === 0) return;
    const [first = ''] = this.problems;
    const message =
      this.problems.length === 1
        ? `Input ${first}`
        : `${this.problems.length} inputs are not as they should be`;
    throw new ActionError('invalid-input', message, {
      hint: `Correct the 'with:' of this step; nothing was sent.`,
      details: this.problems.length === 1 ? [] : this.problems.map((problem) => `- ${problem}`),
    });
  }
}

/**
 * Reads the inputs of the root action. Secrets are masked before anything else is looked at.
 * @throws ActionError `invalid-input` that names every input that is wrong, what was received and what is expected
 */
export function readUploadInputs(
  raw: RawInput = rawInput,
  mask: (secret: string) => void = maskSecret,
): UploadInputs {
  const reader = new Reader(raw);
  const inputs: UploadInputs = {
    ...readPlatform(reader, mask),
    workspace: reader.required('workspace', `the name of a workspace, e.g. 'gep-you-private-workspace'`),
    destination: readDestination(reader),
    path: readPath(reader),
    root: reader.text('root') || undefined,
    ifNoFilesFound: reader.choice('if-no-files-found', ['error', 'warn', 'ignore']),
    includeHiddenFiles: reader.boolean('include-hidden-files', false),
    symlinks: reader.choice('symlinks', ['inside', 'follow', 'skip']),
    concurrency: reader.optional('concurrency', 'a whole number from 1 to 256', parseConcurrency),
    expiresIn: reader.optional('expires-in', `a time such as '15m', '12h' or '7d'`, parseDuration),
    maskLinks: reader.boolean('mask-links', false),
    dryRun: reader.boolean('dry-run', false),
  };
  reader.finish();
  return Object.freeze(inputs);
}

/** Reads the inputs of the `workspaces` action; masks and throws as {@link readUploadInputs}. */
export function readPlatformInputs(
  raw: RawInput = rawInput,
  mask: (secret: string) => void = maskSecret,
): PlatformInputs {
  const reader = new Reader(raw);
  const inputs = readPlatform(reader, mask);
  reader.finish();
  return Object.freeze(inputs);
}

const rawInput: RawInput = (name) => core.getInput(name, { trimWhitespace: false });

/**
 * Masks a secret on each of its lines, since the runner masks line by line. A line under 4 characters would blot out half the log:
 * it is left, and said so.
 */
export function maskSecret(secret: string): void {
  for (const line of new Set(secret.split(/\r?\n/).map((part) => part.trim()))) {
    if (line.length >= 4) core.setSecret(line);
    else if (line.length > 0)
      core.warning('A secret, or a line of one, is shorter than 4 characters and is not masked in the log.');
  }
}

function readPlatform(reader: Reader, mask: (secret: string) => void): PlatformInputs {
  const clientSecret = reader.required(
    'client-secret',
    `the client app's secret, e.g. \${{ secrets.TERRAPI_CLIENT_SECRET }} (it is empty for pull requests from forks and for Dependabot)`,
  );
  if (clientSecret) mask(clientSecret);
  const platforms = [...new Set(reader.words('platforms'))];
  const url = (name: string, fallback: string) =>
    reader.parsed(
      name,
      reader.text(name, fallback),
      `an https URL, e.g. ${fallback} (http for loopback hosts only)`,
      parseUrl,
    );
  const fallbackUrl = new URL('https://invalid.invalid');
  return {
    clientId: reader.required('client-id', `the id of the client app, e.g. \${{ vars.TERRAPI_CLIENT_ID }}`),
    clientSecret,
    platforms,
    scope: [...new Set([...reader.words('scope', 'openid email profile'), ...platforms])],
    issuer: url('issuer', 'https://iam.terradue.com/realms/master') ?? fallbackUrl,
    apiUrl: url('api-url', 'https://api.terradue.com/core') ?? fallbackUrl,
    certificates: readCertificates(reader),
    tlsVerify: reader.boolean('tls-verify', true),
  };
}

function parseUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text.replace(/\/+$/, ''));
  return isSafeUrl(url) && !url.username && !url.password && !url.search && !url.hash ? url : undefined;
}

function parseConcurrency(text: string): number | undefined {
  return /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 256 ? Number(text) : undefined;
}

function readPath(reader: Reader): string[] {
  const lines = reader.lines('path');
  if (!lines.some((line) => !line.startsWith('!'))) {
    const got = lines.length > 0 ? ` (there are only exclusions: ${excerpt(lines.join(' '))})` : '';
    reader.problems.push(`path: is missing${got}; expected files, folders or globs, one a line, e.g. 'dist'`);
  }
  for (const line of lines) {
    if (/(^!*|[\\/])\.\.([\\/]|$)/.test(line)) {
      reader.refuse(
        'path',
        line,
        `a path without '..'; give it from the working directory, or as an absolute path`,
      );
    }
  }
  return lines;
}

function readDestination(reader: Reader): string {
  const given = reader.text('destination');
  const destination = given.replace(/^\/+|\/+$/g, '');
  const segments = destination === '' ? [] : destination.split('/');

  const wrong = segments.some(
    (segment) =>
      segment === '' || segment === '.' || segment === '..' || /[\u0000-\u001f\u007f]/.test(segment),
  );
  if (wrong) {
    reader.refuse(
      'destination',
      given,
      `a folder such as 'reports/main', without '.', '..', empty segments or control characters`,
    );
  }
  return destination;
}

/** Certificates given as PEM text or as the path of a PEM file, each of them checked. */
function readCertificates(reader: Reader): string[] {
  const given = reader.text('ca-certificates');
  if (!given) return [];
  const inline = given.includes('-----BEGIN');
  const shown = inline ? 'PEM text' : given;
  try {
    const pem = inline ? given : readFileSync(given, 'utf8');
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (blocks.length === 0) throw new Error('it holds no certificate');
    return blocks.map((block) => new X509Certificate(block).toString());
  } catch (error) {
    reader.refuse(
      'ca-certificates',
      shown,
      `certificates in PEM (-----BEGIN CERTIFICATE-----) or the path of such a file: ${excerpt(messageOf(error))}`,
    );
    return [];
  }
}
