import type { Publication } from '../links/manifest.ts';
import { count, formatBytes, formatCount, formatMoment } from '../text/format.ts';
import type { RemoteObject } from '../sync/remoteObject.ts';
import { markdownLink, markdownTable, markdownText } from './markdown.ts';

/** Tables with more rows are collapsed. */
const mostOpenRows = 20;

export interface SummaryOptions {
  /** What the step did, in Markdown, e.g. `Uploaded 3 files`. */
  readonly headline: string;
  /** `false` with `mask-links: true`. */
  readonly showLinks: boolean;
  readonly dryRun: boolean;
}

/**
 * The job summary of a publication: title, links to open, totals, expiry, and a table of files.
 * @param limit bytes; rows beyond it are left out, and a line says how many
 */
export function publicationSummary(
  publication: Publication,
  options: SummaryOptions,
  limit = 1_000_000,
): string {
  const head = [heading(publication.title), ...publicationLines(publication, options)].join('\n\n');
  const table = filesTable(publication, options, {
    bytes: limit - Buffer.byteLength(head) - 200,
    rows: Infinity,
  });
  return `${head}\n\n${collapsed(table, count(publication.fileCount, 'file'), publication.fileCount > mostOpenRows)}\n`;
}

export function heading(title: string): string {
  return `### ${markdownText(title)}`;
}

/** The paragraphs about a publication as a whole. */
export function publicationLines(publication: Publication, options: SummaryOptions): string[] {
  const { s3Uri } = publication;
  const links = options.showLinks ? openingLinks(publication) : [];
  return [
    ...(links.length > 0 ? [links.join(' · ')] : []),
    `${options.headline}${totalsAfter(options.headline, publication)} in ${markdownText(s3Uri)}`,
    ...expiryLines(publication, options),
  ];
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

function expiryLines({ links }: Publication, { dryRun, showLinks }: SummaryOptions): string[] {
  if (!links) return dryRun ? [] : ['No links were requested.'];
  const expiry =
    links.expiresAt === undefined
      ? 'Link expiry is unknown.'
      : `The links expire on **${formatMoment(links.expiresAt)}**.`;
  return [
    `${expiry} For new links, run this job or the \`links\` action.`,
    ...(showLinks ? [] : ['The links are not shown here because of `mask-links: true`.']),
  ];
}

export interface TableLimits {
  readonly bytes: number;
  readonly rows: number;
}

/** The files in a table, and a line with the number of files that are left out. */
export function filesTable(publication: Publication, options: SummaryOptions, limits: TableLimits): string {
  const { fileCount, index } = publication;
  const rest =
    index && options.showLinks
      ? `see ${markdownLink('All files', index.url)}.`
      : 'see the output `links-file`.';
  const bytes = limits.bytes - Buffer.byteLength(rest);
  const rows = fileRows(publication, options);
  const { table, left } = fittingTable(['File', 'Size', 'Type'], rows, fileCount, { ...limits, bytes });
  return left > 0 ? `${table}\n\n… and ${formatCount(left)} more: ${rest}` : table;
}

function* fileRows({ files, links }: Publication, { showLinks }: SummaryOptions): Generator<string[]> {
  for (const { name, key, size, contentType } of files()) {
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
  const head = `${heading(title)}\n\n${headline}: ${objectCount}, ${formatBytes(bytes)}${which ? `, ${which}` : ''}, in ${markdownText(s3Uri)}`;
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
