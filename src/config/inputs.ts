import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { ActionError, messageOf } from '../errors/error.ts';
import { type HeaderRule, parseHeaderRule } from '../files/headers.ts';
import { urlFault } from '../http/urls.ts';
import { excerpt } from '../text/sanitize.ts';
import { count, parseDuration } from '../text/format.ts';

/** What every action is told: who asks, and which platform. */
export interface PlatformInputs {
  readonly clientId: string;
  /** Undefined: the job logs in by its own identity. */
  readonly clientSecret: string | undefined;
  /** Audience to ask the job's identity token for; undefined: the issuer. */
  readonly audience: string | undefined;
  readonly platforms: readonly string[];
  /** Scopes to ask for, the platforms' among them. */
  readonly scope: readonly string[];
  readonly issuer: URL;
  readonly apiUrl: URL;
  /** PEM certificates that join the public roots. */
  readonly certificates: readonly string[];
  readonly tlsVerify: boolean;
}

/** What to do where there is neither a client secret nor an identity token. */
export type IfNoCredentials = 'error' | 'skip';

/** Where on GitHub it is told what was done. */
export interface ReportInputs {
  readonly comment: boolean;
  /** Tells the comments of several steps apart; undefined: by workspace and destination. */
  readonly commentKey: string | undefined;
  /** Undefined: the one that the event is about. */
  readonly pullRequest: number | undefined;
  readonly environment: string | undefined;
  /** Tag of a release. */
  readonly release: string | undefined;
  /** Empty where there is none. */
  readonly githubToken: string;
}

/** What every action that works on files is told: where they are. */
export interface DestinationInputs extends PlatformInputs {
  readonly ifNoCredentials: IfNoCredentials;
  readonly workspace: string;
  /** Folder below the workspace's prefix, without a slash at either end; empty for the prefix itself. */
  readonly destination: string;
  readonly dryRun: boolean;
  /** Whether the job summary tells of it. */
  readonly summary: boolean;
  readonly reports: ReportInputs;
}

/** How links are made and told. */
export interface LinkInputs extends DestinationInputs {
  readonly links: 'session' | 'platform' | 'none';
  /** Life asked for the links in seconds; undefined: as long as can be had. */
  readonly expiresIn: number | undefined;
  readonly maskLinks: boolean;
  /** Whether the files are published as a site behind one link. */
  readonly preview: boolean;
}

export interface UploadInputs extends LinkInputs {
  /** Lines of patterns, as they were given. */
  readonly path: readonly string[];
  readonly root: string | undefined;
  readonly ifNoFilesFound: 'error' | 'warn' | 'ignore';
  readonly includeHiddenFiles: boolean;
  readonly symlinks: 'inside' | 'follow' | 'skip';
  readonly overwrite: 'always' | 'changed' | 'never';
  readonly deleteStale: boolean;
  readonly headers: readonly HeaderRule[];
  /** Whether `SHA256SUMS` is written as well. */
  readonly checksums: boolean;
  /** Bytes of a part of a large file; undefined: from the file's size alone. */
  readonly partSize: number | undefined;
  /** Names on the platform that the destination is shared with. */
  readonly shareWithUsers: readonly string[];
  readonly shareWithGroups: readonly string[];
  /** Requests under way at once; undefined: chosen from the machine. */
  readonly concurrency: number | undefined;
}

export interface RemoveInputs extends DestinationInputs {
  /** Only what is older is deleted, in seconds; undefined: all of it. */
  readonly olderThan: number | undefined;
}

/** Where a raw input comes from: the host's `input`. */
export type RawInput = (name: string) => string;

/** Reads inputs and keeps what is wrong with them, so that all of it can be told at once. */
class Reader {
  readonly problems: string[] = [];
  /** Lines shown below the problems. */
  readonly advice: string[] = [];
  /** Whether the job can do without a client secret. */
  readonly keyless: boolean;
  readonly #raw: RawInput;

  constructor(raw: RawInput, keyless: boolean) {
    this.#raw = raw;
    this.keyless = keyless;
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

  /** Whether something is wrong with this input: what follows from that need not be told as well. */
  hasProblem(name: string): boolean {
    return this.problems.some((problem) => problem.startsWith(`${name}:`));
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
      details: [
        ...(this.problems.length === 1 ? [] : this.problems.map((problem) => `- ${problem}`)),
        ...this.advice,
      ],
    });
  }
}

/**
 * Reads the inputs of the root action. Secrets are masked before anything else is looked at.
 * @param keyless whether the job can do without a client secret, by an identity of its own
 * @throws ActionError `invalid-input` that names every input that is wrong, what was received and what is expected
 */
export function readUploadInputs(
  raw: RawInput,
  mask: (secret: string) => void,
  keyless = false,
): UploadInputs {
  const reader = new Reader(raw, keyless);
  const inputs: UploadInputs = {
    ...readLinking(reader, mask),
    path: readPath(reader),
    root: reader.text('root') || undefined,
    ifNoFilesFound: reader.choice('if-no-files-found', ['error', 'warn', 'ignore']),
    includeHiddenFiles: reader.boolean('include-hidden-files', false),
    symlinks: reader.choice('symlinks', ['inside', 'follow', 'skip']),
    overwrite: reader.choice('overwrite', ['always', 'changed', 'never']),
    deleteStale: readDeleteStale(reader),
    headers: readHeaders(reader),
    checksums: reader.boolean('checksums', false),
    partSize: reader.optional('part-size', `a size from 5MiB to 5GiB, e.g. '64MiB'`, parsePartSize),
    shareWithUsers: readNames(reader, 'share-with-users'),
    shareWithGroups: readNames(reader, 'share-with-groups'),
    concurrency: reader.optional('concurrency', 'a whole number from 1 to 256', parseConcurrency),
  };
  reader.finish();
  return Object.freeze(inputs);
}

/** Reads the inputs of the `links` action; masks and throws as {@link readUploadInputs}. */
export function readLinkInputs(raw: RawInput, mask: (secret: string) => void, keyless = false): LinkInputs {
  const reader = new Reader(raw, keyless);
  const inputs = readLinking(reader, mask);
  reader.finish();
  return Object.freeze(inputs);
}

/** Reads the inputs of the `remove` action; masks and throws as {@link readUploadInputs}. */
export function readRemoveInputs(
  raw: RawInput,
  mask: (secret: string) => void,
  keyless = false,
): RemoveInputs {
  const reader = new Reader(raw, keyless);
  refuseToRemoveAll(reader);
  const inputs: RemoveInputs = {
    ...readWhere(reader, mask),
    olderThan: reader.optional('older-than', `a time such as '12h' or '14d'`, parseDuration),
  };
  reader.finish();
  return Object.freeze(inputs);
}

function refuseToRemoveAll(reader: Reader): void {
  if (isWholeWorkspace(reader)) {
    reader.problems.push(
      `destination: got '${reader.text('destination')}', expected the folder to delete, e.g. 'previews/pr-7': without one it would be the whole workspace`,
    );
  } else refuseOpenEnd(reader, `all that is below it is deleted`);
}

/**
 * Whether a step without any credentials is to be left out. Looked at before all else: where secrets are kept from a job, other inputs may
 * be as well.
 */
export function isLeftOut(keyless: boolean, raw: RawInput): boolean {
  const reader = new Reader(raw, keyless);
  return !keyless && !reader.text('client-secret') && readIfNoCredentials(reader) === 'skip';
}

/** Reads the inputs of the `workspaces` action; masks and throws as {@link readUploadInputs}. */
export function readPlatformInputs(
  raw: RawInput,
  mask: (secret: string) => void,
  keyless = false,
): PlatformInputs {
  const reader = new Reader(raw, keyless);
  const inputs = readPlatform(reader, mask);
  reader.finish();
  return Object.freeze(inputs);
}

function readPlatform(reader: Reader, mask: (secret: string) => void): PlatformInputs {
  const clientSecret = reader.text('client-secret');
  if (clientSecret) mask(clientSecret);
  else if (!reader.keyless) refuseWithoutCredentials(reader);
  const platforms = [...new Set(reader.words('platforms'))];
  return {
    clientId: reader.required('client-id', `the id of the client app, e.g. \${{ vars.TERRAPI_CLIENT_ID }}`),
    clientSecret: clientSecret || undefined,
    audience: reader.text('audience') || undefined,
    platforms,
    scope: [...new Set([...reader.words('scope', 'openid email profile'), ...platforms])],
    issuer: readUrl(reader, 'issuer', 'https://iam.terradue.com/realms/master'),
    apiUrl: readUrl(reader, 'api-url', 'https://api.terradue.com/core'),
    certificates: readCertificates(reader),
    tlsVerify: reader.boolean('tls-verify', true),
  };
}

function readWhere(reader: Reader, mask: (secret: string) => void): DestinationInputs {
  return {
    ...readPlatform(reader, mask),
    ifNoCredentials: readIfNoCredentials(reader),
    workspace: reader.required('workspace', `the name of a workspace, e.g. 'gep-you-private-workspace'`),
    destination: readDestination(reader),
    dryRun: reader.boolean('dry-run', false),
    summary: reader.boolean('summary', true),
    reports: readReports(reader, mask),
  };
}

function readReports(reader: Reader, mask: (secret: string) => void): ReportInputs {
  const githubToken = reader.text('github-token');
  if (githubToken) mask(githubToken);
  const short = (most: number) => (text: string) =>
    text.length <= most && !/\p{Cc}/u.test(text) ? text : undefined;
  return {
    comment: reader.boolean('comment', false),
    commentKey: reader.optional('comment-key', 'one line of at most 500 characters', short(500)),
    pullRequest: reader.optional('pull-request', `the number of a pull request, e.g. '7'`, parseNumber),
    environment: reader.optional(
      'environment',
      `a name of at most 255 characters, e.g. 'preview/pr-7'`,
      short(255),
    ),
    release: undefined,
    githubToken,
  };
}

function readLinking(reader: Reader, mask: (secret: string) => void): LinkInputs {
  const where = readWhere(reader, mask);
  return {
    ...where,
    reports: {
      ...where.reports,
      release: reader.optional('release', `the tag of a release, e.g. 'v1.2.3'`, parseTag),
    },
    links: reader.choice('links', ['session', 'platform', 'none']),
    expiresIn: reader.optional('expires-in', `a time such as '15m', '12h' or '7d'`, parseDuration),
    maskLinks: reader.boolean('mask-links', false),
    preview: readPreview(reader),
  };
}

function readIfNoCredentials(reader: Reader): IfNoCredentials {
  return reader.choice('if-no-credentials', ['error', 'skip']);
}

function refuseWithoutCredentials(reader: Reader): void {
  reader.problems.push(
    `client-secret: is missing, and the job may not ask for an identity token in its place; expected one of the two`,
  );
  reader.advice.push(
    `Set it, or log in without a secret, by the job's own identity (README, 'Without a secret'), with these two lines in the job:`,
    `    permissions:`,
    `      id-token: write`,
    `Below 'permissions' that are there already, the second is enough; where there were none, a checkout needs 'contents: read' as well.`,
    `Pull requests from forks and of Dependabot get neither: 'if-no-credentials: skip' leaves this step out for them.`,
  );
}

function readPreview(reader: Reader): boolean {
  const preview = reader.boolean('preview', false);
  if (preview && reader.text('links') === 'none') {
    reader.problems.push(
      `preview: got 'true' with 'links: none', expected links: a preview is made of them. Leave 'links' out, or choose 'session' or 'platform'`,
    );
  }
  return preview;
}

function readUrl(reader: Reader, name: string, fallback: string): URL {
  const given = reader.text(name, fallback);
  const url = parseUrl(given);
  if (url) return url;
  // A password or a token in the URL is a reason to refuse it, and none to print it.
  const shown = given.replace(/\/\/.*@/s, '//***@').replace(/([?#]).*$/s, '$1***');
  reader.refuse(
    name,
    shown,
    `an https URL without user, query and fragment, e.g. ${fallback} (http for loopback hosts only)`,
  );
  return new URL(fallback);
}

function parseUrl(text: string): URL | undefined {
  const url = URL.parse(text.replace(/\/+$/, ''));
  return url && !urlFault(url, true) && !/[?#]/.test(text) ? url : undefined;
}

function parseNumber(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

/** A name of a tag, as far as Git forbids some (git check-ref-format). */
function parseTag(text: string): string | undefined {
  return text.length <= 250 && !/[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^\/|[/.]$/u.test(text) ? text : undefined;
}

/** 5 MiB to 5 GiB, S3's limits of a part, in whole MiB so that the parts of one file are the same everywhere. */
function parsePartSize(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,5}) ?(MiB|GiB)$/i.exec(text) ?? [];
  const mebibytes = Number(number) * (unit?.toLowerCase() === 'gib' ? 1024 : 1);
  return mebibytes >= 5 && mebibytes <= 5 * 1024 ? mebibytes * 1024 ** 2 : undefined;
}

function readHeaders(reader: Reader): HeaderRule[] {
  const expected =
    "'[GLOB] Header-Name: value' with Cache-Control, Content-Type, Content-Disposition, Content-Encoding, Content-Language or x-amz-meta-*, in ASCII";
  return reader
    .lines('headers')
    .flatMap((line) => reader.parsed('headers', line, expected, parseHeaderRule) ?? []);
}

/** Names to share with, one a line. A folder is what is shared: without one it would be the whole workspace. */
function readNames(reader: Reader, name: string): string[] {
  const names = [...new Set(reader.lines(name))];
  if (names.length === 0 || reader.hasProblem('destination')) return names;
  if (isWholeWorkspace(reader)) {
    reader.problems.push(
      `${name}: got ${count(names.length, 'name')} with an empty 'destination', expected a folder to share, e.g. 'reports'`,
    );
  } else refuseOpenEnd(reader, `'${name}' shares what is below it`);
  return names;
}

/** Whether no folder of the workspace is given: what must never be deleted as a whole. */
function isWholeWorkspace(reader: Reader): boolean {
  return reader.text('destination').replaceAll('/', '') === '';
}

/**
 * Refuses a `/` at the end of the destination where all that is below it is deleted or shared: an expression that came out empty leaves it
 * behind, and then more is meant than was meant to be.
 * @param because what is done with it, as the end of a sentence
 */
function refuseOpenEnd(reader: Reader, because: string): void {
  const given = reader.text('destination');
  if (!given.endsWith('/') || reader.hasProblem('destination')) return;
  reader.refuse(
    'destination',
    given,
    `a folder without '/' at its end, because ${because}: an expression that is empty leaves such a '/' behind`,
  );
}

function readDeleteStale(reader: Reader): boolean {
  const deleteStale = reader.boolean('delete-stale', false);
  if (!deleteStale || reader.hasProblem('destination')) return deleteStale;
  if (isWholeWorkspace(reader)) {
    reader.problems.push(
      `delete-stale: got 'true' with an empty 'destination', expected a folder of its own, e.g. 'site': it would delete whatever else is in the workspace`,
    );
  } else refuseOpenEnd(reader, `'delete-stale' deletes what is below it`);
  return deleteStale;
}

function parseConcurrency(text: string): number | undefined {
  return /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 256 ? Number(text) : undefined;
}

function readPath(reader: Reader): string[] {
  const lines = reader.lines('path').filter((line) => !line.startsWith('#'));
  const expected = `files, folders or globs, one a line, e.g. 'dist'`;
  if (lines.length === 0) reader.problems.push(`path: is missing; expected ${expected}`);
  else if (lines.every(isExclusion))
    reader.problems.push(
      `path: got exclusions alone (${excerpt(lines.join(' '))}); expected ${expected} beside them`,
    );
  for (const line of lines) {
    const pattern = line.replace(leadingBangs, '');
    if (pattern === '') reader.refuse('path', line, `a file, folder or glob after '!'`);
    if (pattern.split(/[\\/]/).includes('..')) {
      reader.refuse(
        'path',
        line,
        `a path without '..'; give it from the working directory, or as an absolute path`,
      );
    }
  }
  return lines;
}

const leadingBangs = /^(?:!\s*)*/;

/** Each `!` turns the meaning around, as for `@actions/glob`. */
function isExclusion(line: string): boolean {
  return ((leadingBangs.exec(line)?.[0].match(/!/g) ?? []).length & 1) === 1;
}

/** One `/` at either end may be there or not; more of them leave an empty segment. */
function readDestination(reader: Reader): string {
  const given = reader.text('destination');
  const [, destination = ''] = /^\/?(.*?)\/?$/s.exec(given) ?? [];
  const isNone = given === '' || given === '/';
  const isWrong = (segment: string) => /^\s*$|^\.\.?$|\p{Cc}/u.test(segment);
  if (!isNone && destination.split('/').some(isWrong) && !reader.hasProblem('destination')) {
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
    if (blocks.length < pem.split('-----BEGIN CERTIFICATE-----').length - 1)
      throw new Error('a certificate in it is cut off');
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
