import type { Publication } from '../links/manifest.ts';
import { sanitize } from '../text/sanitize.ts';
import { count, formatBytes, formatDuration, formatMoment } from '../text/format.ts';
import type { RemoteObject } from '../sync/remoteObject.ts';

/**
 * Text from outside as Markdown text: whatever could mean something to Markdown or HTML becomes a character reference. Forges look for
 * mentions and numbers of issues when references are characters again; an empty comment keeps them from finding those.
 */
export function markdownText(text: string): string {
  return sanitize(text)
    .replace(/[!-,:-@[-`{-~]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/&#(?:35|64);/g, '$&<!-- -->')
    .replaceAll('www.', 'www&#46;');
}

/** A table with a header; cells are Markdown already. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A link; without a URL, the text alone. */
export function markdownLink(text: string, url: string | undefined): string {
  return url
    ? `[${markdownText(text)}](<${url.replace(/[\s<>|\\]/g, encodeURIComponent)}>)`
    : markdownText(text);
}

export interface SummaryOptions {
  /** What the step did, in Markdown, e.g. `Uploaded 3 files`. */
  readonly headline: string;
  /** Milliseconds since the epoch, by the servers' clock. */
  readonly now: number;
  /** `false` where links are masked. */
  readonly showLinks: boolean;
  readonly dryRun: boolean;
}

/**
 * The job summary of what is published: totals, the link to open, a table of files.
 * @param limit bytes that it may have; rows that do not fit are left out, with a line that says how many
 */
export function publicationSummary(
  publication: Publication,
  options: SummaryOptions,
  limit = 1_000_000,
): string {
  const head = publicationHead(publication, options);
  return `${head}\n\n${filesTable(publication, options, limit - Buffer.byteLength(head) - 200)}\n`;
}

/** What every page says of what is published, before it goes through the files. */
export function publicationHead(publication: Publication, options: SummaryOptions): string {
  const { fileCount, totalBytes, main, index, workspace, s3Uri } = publication;
  const openings = [main, index?.name === main?.name ? undefined : index].flatMap((opening) =>
    opening && options.showLinks ? [`**${markdownLink(`Open ${opening.name}`, opening.url)}**`] : [],
  );
  return [
    `### ${options.headline}: ${markdownText(workspace)}`,
    ...(openings.length > 0 ? [openings.join(' · ')] : []),
    `${count(fileCount, 'file')}, ${formatBytes(totalBytes)} in ${markdownText(s3Uri)}`,
    ...linksLine(publication, options),
  ].join('\n\n');
}

/** The files in a table of at most `limit` bytes, and a line that says how many there was no room for. */
export function filesTable(publication: Publication, options: SummaryOptions, limit: number): string {
  const { fileCount, index } = publication;
  const { table, left } = fittingTable(
    ['File', 'Size', 'Type'],
    fileRows(publication, options),
    fileCount,
    limit,
  );
  const rest = index && options.showLinks ? 'open the page with all links above, or see' : 'see';
  return left > 0 ? `${table}\n\n… and ${left} more: ${rest} the output \`links-file\`.` : table;
}

function* fileRows({ files, links }: Publication, { showLinks }: SummaryOptions): Generator<string[]> {
  for (const { name, key, size, contentType } of files()) {
    const link = markdownLink(name, showLinks ? links?.url(key) : undefined);
    yield [link, formatBytes(size), markdownText(contentType)];
  }
}

function linksLine({ links }: Publication, { now, dryRun, showLinks }: SummaryOptions): string[] {
  if (!links) return dryRun ? [] : ['No links were asked for.'];
  const until =
    links.expiresAt === undefined
      ? 'Nobody can say when the links end.'
      : `The links work for ${formatDuration((links.expiresAt - now) / 1000)}, until **${formatMoment(links.expiresAt)}**.`;
  return [
    `${until} For new ones run this job again, or the \`links\` action, which uploads no file.`,
    ...(showLinks ? [] : ['They are kept out of this page: `mask-links` is `true`.']),
  ];
}

/** What the `remove` action did, or would do. */
export interface Removal {
  /** In Markdown. */
  readonly headline: string;
  readonly workspace: string;
  readonly s3Uri: string;
  /** What every key begins with. */
  readonly base: string;
  readonly objects: readonly RemoteObject[];
  /** Which of them only, in words, e.g. `older than 14 d`; undefined for all. */
  readonly which: string | undefined;
}

/**
 * The job summary of a removal.
 * @param limit bytes that it may have
 */
export function removalSummary(
  { headline, workspace, s3Uri, base, objects, which }: Removal,
  limit = 1_000_000,
): string {
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  const head = `### ${headline}: ${markdownText(workspace)}\n\n${count(objects.length, 'object')}, ${formatBytes(bytes)}${which ? `, ${which}` : ''}, in ${markdownText(s3Uri)}`;
  if (objects.length === 0) return `${head}\n`;
  const rows = Iterator.from(objects).map(({ key, size, lastModified }) => [
    markdownText(key.slice(base.length)),
    formatBytes(size),
    Number.isFinite(lastModified) ? formatMoment(lastModified) : '',
  ]);
  const { table, left } = fittingTable(
    ['Object', 'Size', 'Stored'],
    rows,
    objects.length,
    limit - Buffer.byteLength(head) - 100,
  );
  return `${head}\n\n${table}\n${left > 0 ? `\n… and ${left} more.\n` : ''}`;
}

/** Rows are made while there is room, for making one may mean signing a link. */
function fittingTable(
  header: readonly string[],
  all: Iterable<readonly string[]>,
  total: number,
  limit: number,
): { readonly table: string; readonly left: number } {
  const rows: (readonly string[])[] = [];
  let bytes = 100;
  for (const row of all) {
    bytes += Buffer.byteLength(row.join(' | ')) + 6;
    if (bytes > limit) break;
    rows.push(row);
  }
  return { table: markdownTable(header, rows), left: total - rows.length };
}

/** A workspace or shared folder as the `workspaces` action tells of it; the names are those of its output. */
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
