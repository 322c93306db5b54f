import { count, formatBytes } from '../quantities.ts';
import { type Changes, headline } from './headline.ts';
import { printable } from '../printable.ts';

/** Text from outside as Markdown text: whatever could mean something to Markdown or HTML becomes a character reference. */
export function markdownText(text: string): string {
  return printable(text).replace(/[!-,:-@[-`{-~]/g, (character) => `&#${character.charCodeAt(0)};`);
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
  /** Without a URL where links are masked. */
  readonly files: readonly {
    readonly name: string;
    readonly size: number;
    readonly contentType: string;
    readonly url: string | undefined;
  }[];
  readonly dryRun: boolean;
}

/**
 * The job summary of an upload: totals, the link to open, a table of files.
 * @param limit bytes that it may have; rows that do not fit are left out, with a line that says how many
 */
export function uploadSummary(report: UploadReport, limit = 1_000_000): string {
  const { files, main, endsAt } = report;
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const head = [
    `### ${headline(report.changes, report.dryRun)}: ${markdownText(report.workspace)}`,
    ...(main ? [`**${markdownLink(`Open ${main.name}`, main.url)}**`] : []),
    `${count(files.length, 'file')}, ${formatBytes(total)} in ${markdownText(report.s3Uri)}`,
    ...(report.dryRun
      ? []
      : [
          endsAt === undefined
            ? 'Nobody can say when the links end.'
            : `Links work until **${formatMoment(endsAt)}**; run the job again for new ones.`,
        ]),
  ].join('\n\n');
  const rows = files.map(({ name, size, contentType, url }) => [
    markdownLink(name, url),
    formatBytes(size),
    markdownText(contentType),
  ]);
  return `${head}\n\n${fittingTable(['File', 'Size', 'Type'], rows, limit - Buffer.byteLength(head) - 200)}\n`;
}

function fittingTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  limit: number,
): string {
  let bytes = 100;
  const fitting = rows.findIndex((row) => (bytes += Buffer.byteLength(row.join(' | ')) + 6) > limit);
  if (fitting < 0) return markdownTable(header, rows);
  return `${markdownTable(header, rows.slice(0, fitting))}\n\n… and ${rows.length - fitting} more: see the output \`links-file\`.`;
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
