import { count, formatBytes } from '../quantities.ts';
import { type Changes, headline } from './headline.ts';
import { printable } from '../printable.ts';

/**
 * Text from outside as Markdown text: whatever could mean something to Markdown or HTML becomes a character reference. GitHub looks for
 * mentions and numbers of issues when references are characters again; an empty comment keeps it from finding them.
 */
export function markdownText(text: string): string {
  return printable(text)
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
  return url ? `[${markdownText(text)}](<${url}>)` : markdownText(text);
}

/** A moment for people, e.g. `2026-11-23 17:59:12 UTC`. */
export function formatMoment(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export interface UploadReport {
  readonly changes: Changes;
  readonly workspace: string;
  readonly s3Uri: string;
  /** Milliseconds since the epoch; undefined where nobody can know. */
  readonly endsAt: number | undefined;
  /** The link to open first, and what it opens. */
  readonly main: { readonly name: string; readonly url: string } | undefined;
  readonly fileCount: number;
  readonly totalBytes: number;
  /** Gone through until there is no more room; without a URL where links are masked. */
  readonly files: Iterable<{
    readonly name: string;
    readonly size: number;
    readonly contentType: string;
    readonly url: string | undefined;
  }>;
  readonly dryRun: boolean;
}

/**
 * The job summary of an upload: totals, the link to open, a table of files.
 * @param limit bytes that it may have; rows that do not fit are left out, with a line that says how many
 */
export function uploadSummary(report: UploadReport, limit = 1_000_000): string {
  const { fileCount, totalBytes, main, endsAt } = report;
  const head = [
    `### ${headline(report.changes, report.dryRun)}: ${markdownText(report.workspace)}`,
    ...(main ? [`**${markdownLink(`Open ${main.name}`, main.url)}**`] : []),
    `${count(fileCount, 'file')}, ${formatBytes(totalBytes)} in ${markdownText(report.s3Uri)}`,
    ...(report.dryRun
      ? []
      : [
          endsAt === undefined
            ? 'Nobody can say when the links end.'
            : `Links work until **${formatMoment(endsAt)}**; run the job again for new ones.`,
        ]),
  ].join('\n\n');
  const table = fittingTable(report, limit - Buffer.byteLength(head) - 200);
  return `${head}\n\n${table}\n`;
}

/** Rows are made while there is room, for making one may mean signing a link. */
function fittingTable({ files, fileCount }: UploadReport, limit: number): string {
  const rows: string[][] = [];
  let bytes = 100;
  for (const file of files) {
    const row = [markdownLink(file.name, file.url), formatBytes(file.size), markdownText(file.contentType)];
    bytes += Buffer.byteLength(row.join(' | ')) + 6;
    if (bytes > limit) break;
    rows.push(row);
  }
  const table = markdownTable(['File', 'Size', 'Type'], rows);
  const left = fileCount - rows.length;
  return left === 0 ? table : `${table}\n\n… and ${left} more: see the output \`links-file\`.`;
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
