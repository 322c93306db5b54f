import type { Publication } from '../links/manifest.ts';
import { count, formatBytes, formatCount, formatMoment } from '../text/format.ts';
import type { RemoteObject } from '../sync/remoteObject.ts';
import { isPagePart } from '../files/webPages.ts';
import { changeWords, sinceWords } from '../text/changes.ts';
import { excerpt } from '../text/sanitize.ts';
import { firstOf } from './log.ts';
import { markdownLink, markdownTable, markdownText } from './markdown.ts';

/** Tables with more rows are collapsed. */
const mostOpenRows = 20;

export interface SummaryOptions {
  /** What the step did, in Markdown, e.g. `Uploaded 3 files`. */
  readonly headline: string;
  /** `false` with `mask-links: true`. */
  readonly showLinks: boolean;
  readonly dryRun: boolean;
  /** Lists of a dry run. */
  readonly lists?: readonly NameList[] | undefined;
  /** URL of a commit's page. */
  readonly commitUrl: (commit: string) => string;
  /** URL of the run's log, if the run fails although it has published the files; empty if it has no page. */
  readonly failedLog?: string | undefined;
}

/** Names of files or objects, with what would be done with them, e.g. `upload 3 new files`. */
export interface NameList {
  readonly title: string;
  readonly names: readonly string[];
}

/** Names of a list in the summary, and characters of each of them at most. */
const mostNames = 50;
const longestName = 200;

/**
 * The job summary of a publication: title, links to open, totals, expiry, and a table of files.
 * @param limit bytes; rows beyond it are left out, and a line says how many
 */
export function publicationSummary(
  publication: Publication,
  options: SummaryOptions,
  limit = 1_000_000,
): string {
  const lists = (options.lists ?? []).map(nameList);
  const head = [heading(publication.title), ...publicationLines(publication, options), ...lists].join('\n\n');
  const table = filesTable(publication, options, {
    bytes: limit - Buffer.byteLength(head) - 200,
    rows: Infinity,
  });
  return `${head}\n\n${collapsed(table, count(publication.fileCount, 'file'), publication.fileCount > mostOpenRows)}\n`;
}

function nameList({ title, names }: NameList): string {
  const shown = firstOf(names, mostNames, (name) => `- ${markdownText(excerpt(name, longestName))}`);
  return collapsed(shown.join('\n'), `Would ${title}`, true);
}

export function heading(title: string): string {
  return `### ${markdownText(title)}`;
}

/** The paragraphs about a publication as a whole. */
export function publicationLines(publication: Publication, options: SummaryOptions): string[] {
  const { s3Uri } = publication;
  const links = options.showLinks ? openingLinks(publication) : [];
  return [
    ...stateLines(publication, options),
    ...(links.length > 0 ? [links.join(' · ')] : []),
    `${options.headline}${totalsAfter(options.headline, publication)} in ${markdownText(s3Uri)}`,
    ...changesLine(publication, options),
  ];
}

/** What changed since the previous upload, e.g. `3 new, 1 gone since [c0ffee1](…).` */
function changesLine({ changes }: Publication, { commitUrl }: SummaryOptions): string[] {
  const words = changes && changeWords(changes.added, changes.changed, changes.gone);
  if (!changes || words === undefined) return [];
  const { commit } = changes;
  const since = commit === '' ? sinceWords('') : `since [${commit.slice(0, 7)}](${commitUrl(commit)})`;
  return [`${words.charAt(0).toUpperCase()}${words.slice(1)} ${since}.`];
}

/** The number of files is not repeated if the headline ends with it. */
function totalsAfter(headline: string, { fileCount, totalBytes }: Publication): string {
  const files = count(fileCount, 'file');
  return `${headline.endsWith(` ${files}`) ? '' : `. Total: ${files}`}, ${formatBytes(totalBytes)}`;
}

/** The link to open first, and the link to the page with all links. */
function openingLinks({ main, index }: Publication): string[] {
  const isIndex = main !== undefined && main.url === index?.url;
  return [
    ...(main && !isIndex ? [`**${markdownLink(`Open ${main.name}`, main.url)}**`] : []),
    ...(index ? [`**${markdownLink('All files', index.url)}**`] : []),
  ];
}

/** The state of the publication, and when its links expire. */
function stateLines({ links }: Publication, options: SummaryOptions): string[] {
  if (options.dryRun) return ['**Dry run: nothing was written.**'];
  return [
    [stateOf(options), ...expirySentences(links)].join(' '),
    ...(links && !options.showLinks ? ['The links are not shown here because of `mask-links: true`.'] : []),
  ];
}

function stateOf({ failedLog }: SummaryOptions): string {
  if (failedLog === undefined) return '**Published.**';
  return `**Published, but the run failed**${failedLog === '' ? '' : ` ([log](${failedLog}))`}.`;
}

function expirySentences(links: Publication['links']): string[] {
  if (!links) return ['No links were requested.'];
  return [
    links.expiresAt === undefined
      ? 'Link expiry is unknown.'
      : `The links expire on **${formatMoment(links.expiresAt)}**.`,
    'For new links, run this job or the `links` action.',
  ];
}

export interface TableLimits {
  readonly bytes: number;
  readonly rows: number;
}

/**
 * The files in a table, and a line with the number of files that are left out. With a preview, the table has only files that people open.
 */
export function filesTable(publication: Publication, options: SummaryOptions, limits: TableLimits): string {
  const { fileCount, index, preview } = publication;
  const rest =
    index && options.showLinks
      ? `see ${markdownLink('All files', index.url)}.`
      : 'see the output `links-file`.';
  const parts = preview ? pagePartCount(publication) : 0;
  const bytes = limits.bytes - Buffer.byteLength(rest) - 80;
  const rows = fileRows(publication, options, preview !== undefined);
  const { table, left } = fittingTable(['File', 'Size', 'Type'], rows, fileCount - parts, {
    ...limits,
    bytes,
  });
  const leftOut = [
    ...(left > 0 ? [`${formatCount(left)} more`] : []),
    ...(parts > 0 ? [count(parts, 'script, style, font or source map', partsOfPages)] : []),
  ];
  return leftOut.length > 0 ? `${table}\n\n… and ${leftOut.join(', and ')}: ${rest}` : table;
}

const partsOfPages = 'scripts, styles, fonts or source maps';

function pagePartCount({ files }: Publication): number {
  let parts = 0;
  for (const file of files()) if (isPagePart(file)) parts += 1;
  return parts;
}

function* fileRows(
  { files, links }: Publication,
  { showLinks }: SummaryOptions,
  leaveOut: boolean,
): Generator<string[]> {
  for (const file of files()) {
    if (leaveOut && isPagePart(file)) continue;
    const { name, key, size, contentType } = file;
    const link = markdownLink(name, showLinks ? links?.url(key) : undefined);
    yield [link, formatBytes(size), markdownText(contentType)];
  }
}

/** A table that opens on a click. @param label what is in it, in Markdown */
export function collapsed(table: string, label: string, isCollapsed: boolean): string {
  return isCollapsed ? `<details>\n<summary>${label}</summary>\n\n${table}\n\n</details>` : table;
}

/** What the `remove` action did, or would do. */
export interface Removal {
  readonly title: string;
  /** In Markdown, e.g. `Removed 2 files`. */
  readonly headline: string;
  readonly s3Uri: string;
  /** What every key begins with. */
  readonly base: string;
  readonly objects: readonly RemoteObject[];
  /** Which objects, in words, e.g. `older than 14 d`; undefined for all. */
  readonly which: string | undefined;
}

/**
 * The job summary of a removal.
 * @param limit bytes
 */
export function removalSummary(
  { title, headline, s3Uri, base, objects, which }: Removal,
  limit = 1_000_000,
): string {
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  const objectCount = count(objects.length, 'object');
  const head = `${heading(title)}\n\n**${headline}**: ${objectCount}, ${formatBytes(bytes)}${which ? `, ${which}` : ''}, in ${markdownText(s3Uri)}`;
  if (objects.length === 0) return `${head}\n`;
  const rows = Iterator.from(objects).map(({ key, size, lastModified }) => [
    markdownText(key.slice(base.length)),
    formatBytes(size),
    Number.isFinite(lastModified) ? formatMoment(lastModified) : '',
  ]);
  const limits = { bytes: limit - Buffer.byteLength(head) - 200, rows: Infinity };
  const { table, left } = fittingTable(['Object', 'Size', 'Stored'], rows, objects.length, limits);
  const all = left > 0 ? `${table}\n\n… and ${formatCount(left)} more.` : table;
  return `${head}\n\n${collapsed(all, objectCount, objects.length > mostOpenRows)}\n`;
}

/** Rows are made only while they fit, because a row may need a signature. */
function fittingTable(
  header: readonly string[],
  all: Iterable<readonly string[]>,
  total: number,
  limits: TableLimits,
): { readonly table: string; readonly left: number } {
  const rows: (readonly string[])[] = [];
  let bytes = 100;
  const iterator = all[Symbol.iterator]();
  while (rows.length < limits.rows) {
    const next = iterator.next();
    if (next.done) break;
    bytes += Buffer.byteLength(next.value.join(' | ')) + 6;
    if (bytes > limits.bytes) break;
    rows.push(next.value);
  }
  return { table: markdownTable(header, rows), left: total - rows.length };
}

/** A workspace or shared folder in the output `workspaces`, by the output's names. */
export interface WorkspaceRow {
  readonly name: string;
  readonly type: string;
  readonly platform: string;
  readonly storage_type: string;
  readonly status: string;
}

/** The job summary of the `workspaces` action. */
export function workspacesSummary(user: string, rows: readonly WorkspaceRow[]): string {
  const title = `### Workspaces of ${markdownText(user)}`;
  if (rows.length === 0) return `${title}\n\nNone: set input \`platforms\`, or ask for access.\n`;
  const cells = rows.map(({ name, type, platform, storage_type, status }) =>
    [name, type, platform, storage_type, status].map(markdownText),
  );
  return `${title}\n\n${markdownTable(['Name', 'Type', 'Platform', 'Storage', 'Status'], cells)}\n`;
}
