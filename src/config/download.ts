import { statSync } from 'node:fs';

import { allowsPlainHttp, isLoopback, urlProblem } from '../http/urls.ts';
import { excerpt } from '../text/sanitize.ts';
import { setting } from '../text/wording.ts';
import { readDestination } from './destination.ts';
import { isUnreasonable } from './globs.ts';
import { type IfNoCredentials, readIfNoCredentials } from './ifNoCredentials.ts';
import { parseConcurrency } from './numbers.ts';
import { wholeMachine } from './path.ts';
import { type PlatformInputs, readPlatform } from './platform.ts';
import { type RawInput, Reader } from './reader.ts';
import { withoutSecrets } from './url.ts';

/** Where a list of links is. */
export type LinksSource =
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'url'; readonly url: URL };

export interface DownloadInputs extends PlatformInputs {
  /** The list of links to download without credentials; undefined to download from the workspace. */
  readonly from: LinksSource | undefined;
  readonly ifNoCredentials: IfNoCredentials;
  /** Empty with `from`, like the destination. */
  readonly workspace: string;
  /** Folder below the workspace's prefix, without a slash at either end. Empty for the prefix itself. */
  readonly destination: string;
  /** Lines with globs of names relative to the destination. */
  readonly pattern: readonly string[];
  /** Folder to write to, as given; undefined for the working directory. */
  readonly path: string | undefined;
  readonly overwrite: 'always' | 'changed' | 'never';
  /** Whether to compare the content with its SHA-256. */
  readonly verify: boolean;
  /** Requests at the same time; undefined to choose by the machine. */
  readonly concurrency: number | undefined;
  readonly dryRun: boolean;
  /** Whether plain HTTP to this machine is allowed. */
  readonly plainHttp: boolean;
}

/** Reads the inputs of the `download` action. It masks and throws like {@link readUploadInputs}. */
export function readDownloadInputs(
  raw: RawInput,
  mask: (secret: string) => void,
  keyless = false,
  logIn: readonly string[] = [],
): DownloadInputs {
  const isByLinks = hasLinks(raw);
  const reader = new Reader(raw, keyless, logIn);
  const platform = readPlatform(reader, mask, !isByLinks);
  const from = isByLinks ? readFrom(reader) : undefined;
  const inputs: DownloadInputs = {
    ...platform,
    from,
    ifNoCredentials: readIfNoCredentials(reader),
    workspace: readWorkspace(reader, isByLinks),
    destination: readDestination(reader),
    pattern: readPattern(reader),
    path: readFolder(reader),
    overwrite: reader.choice('overwrite', ['changed', 'always', 'never']),
    verify: reader.boolean('verify', true),
    concurrency: reader.optional('concurrency', 'a whole number from 1 to 256', parseConcurrency),
    dryRun: reader.boolean('dry-run', false),
    plainHttp: allowsPlainHttp(platform) || (from !== undefined && isOnThisMachine(from)),
  };
  reader.finish();
  return Object.freeze(inputs);
}

/** Whether a list of links is downloaded, which needs no credentials. */
export function hasLinks(raw: RawInput): boolean {
  return raw('from').trim() !== '';
}

function readWorkspace(reader: Reader, isByLinks: boolean): string {
  if (!isByLinks)
    return reader.required(
      'workspace',
      `the name of a workspace, e.g. 'gep-you-private-workspace', or ${setting('from')} with links`,
    );
  for (const name of ['workspace', 'destination']) {
    const given = reader.text(name);
    if (given)
      reader.problem(
        name,
        `got '${excerpt(given, 120)}' together with ${setting('from')}, expected only one of them: the links lead to their files without it`,
      );
  }
  return '';
}

/** Plain HTTP to this machine is safe if the list is on this machine too. A list of another machine must not reach servers here. */
function isOnThisMachine(from: LinksSource): boolean {
  return from.kind === 'file' || isLoopback(from.url.hostname);
}

function readFrom(reader: Reader): LinksSource {
  const given = reader.text('from');
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(given) ? readLink(reader, given) : readFile(reader, given);
}

/** Reads a link to a list. Problems never quote its query, which gives access. */
function readLink(reader: Reader, given: string): LinksSource {
  const url = URL.parse(given);
  const problem = url ? addressProblem(url) : 'is not a URL';
  if (problem !== undefined) reader.problem('from', `got '${shownAddress(given)}', which ${problem}`);
  const found = url ?? new URL('https://invalid.invalid');
  // A browser's address bar may have added it.
  found.hash = '';
  return { kind: 'url', url: found };
}

function addressProblem(url: URL): string | undefined {
  if (url.protocol === 's3:')
    return `is not a link. To download from a workspace, use ${setting('workspace')} and ${setting('destination')} instead of ${setting('from')}`;
  const problem = urlProblem(url, true);
  if (problem !== undefined)
    return `${problem}; expected the https link of a links file or of an index page (http for loopback hosts only)`;
  return isCutOff(url)
    ? `has no signature, so it is incomplete: a shell cuts an address off at the first '&'. Put the address in quotes`
    : undefined;
}

/** Whether a presigned URL lacks its end. Signature Version 4 has these parameters, and ours are sorted. */
function isCutOff({ searchParams }: URL): boolean {
  const names = new Set([...searchParams.keys()].map((name) => name.toLowerCase()));
  return names.has('x-amz-algorithm') && !names.has('x-amz-signature');
}

function shownAddress(address: string): string {
  return excerpt(withoutSecrets(address), 120);
}

function readFile(reader: Reader, given: string): LinksSource {
  const expected = `the path of a links file, or the link of one or of an index page (_links.html)`;
  const kind = kindOf(given);
  if (kind === 'nothing')
    reader.problem('from', `got '${shownAddress(given)}', which does not exist; expected ${expected}`);
  else if (kind === 'folder') reader.refuse('from', given, expected);
  return { kind: 'file', path: given };
}

/** What is at a path. A path that cannot be looked at counts as a file: reading it says why. */
function kindOf(path: string): 'file' | 'folder' | 'nothing' {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? 'nothing' : found.isDirectory() ? 'folder' : 'file';
  } catch {
    return 'file';
  }
}

function readPattern(reader: Reader): string[] {
  const lines = reader.lines('pattern');
  for (const line of lines) {
    const glob = line.replace(/^(?:!\s*)*/, '');
    if (glob === '') reader.refuse('pattern', line, `a glob after '!'`);
    if (isUnreasonable(glob)) reader.refuse('pattern', line, `a shorter glob`);
    if (/(?:^|\/)\.\.(?:\/|$)|\\/.test(glob))
      reader.refuse(
        'pattern',
        line,
        `a glob relative to the downloaded folder, e.g. 'reports/*.html', with '/' between names and without '..'`,
      );
  }
  return lines.length > 0 ? lines : ['**'];
}

function readFolder(reader: Reader): string | undefined {
  const given = reader.text('path');
  if (/[\r\n]/.test(given)) reader.refuse('path', given, 'one folder');
  if (wholeMachine.test(given))
    reader.refuse('path', given, `a folder to write to. An empty expression may have left that '/'`);
  return given || undefined;
}
