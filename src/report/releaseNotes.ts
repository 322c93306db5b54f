import type { Run } from '../hosts/host.ts';
import type { NotesEdit } from '../hosts/reporter.ts';
import type { Publication, PublishedFile } from '../links/manifest.ts';
import { count, formatBytes, formatCount, formatMoment } from '../text/format.ts';
import { encodedKey } from './markers.ts';
import { putBlock } from './releaseBlock.ts';
import { markdownLink, markdownTable, markdownText } from './markdown.ts';

export interface ReleaseText {
  /** Identifies this table among those of other destinations in the release. */
  readonly key: string;
  readonly run: Run;
  /** The host's name, for messages. */
  readonly host: string;
  /** Characters that the notes may have. */
  readonly limit: number;
  /** Milliseconds since the epoch, by the servers' clock. */
  readonly now: number;
  /** `false` if links are masked. */
  readonly showLinks: boolean;
}

/**
 * Puts the table of published files into the notes of a release. It replaces the table with the same key, else it comes at the end. A table
 * that is newer than this one stays. If this step does not know the SHA-256 of a file, it keeps the one in the old table, unless the file was
 * stored after that table was written.
 */
export function releaseNotes(notes: string, publication: Publication, text: ReleaseText): NotesEdit {
  const room = { isMissing: false };
  const edit = putBlock(notes, text.key, (before) => {
    const old = before === undefined ? undefined : readTable(before);
    if (old && old.writtenAt >= text.now) return undefined;
    // The rest of the notes, the two markers with the key, and the lines around them.
    const others = notes.length - (before?.length ?? 0) + 2 * encodedKey(text.key).length + 200;
    const table = tableOf(publication, text, old, text.limit - others);
    room.isMissing = table === undefined;
    return table;
  });
  if (!room.isMissing) return edit;
  const [used, most] = [notes.length, text.limit].map(formatCount);
  return {
    problem: `they have ${used} of the ${most} characters that ${text.host} allows, and the table does not fit`,
    isDamage: false,
  };
}

const header = ['File', 'Size', 'SHA-256', 'Link works until', 'In the workspace'];

interface OldTable {
  /** Milliseconds since the epoch; 0 if the table has no time. */
  readonly writtenAt: number;
  /** SHA-256 in hex by the text of the cells for size and S3 URI. */
  readonly sums: ReadonlyMap<string, string>;
}

/** Reads from an old table what a later step may not know. */
function readTable(content: string): OldTable {
  const written = Date.parse(/<!-- written: (\S+) -->/.exec(content)?.[1] ?? '');
  const sums = new Map<string, string>();
  for (const line of content.split(/\r?\n/)) {
    const [, size = '', sum = '', , uri = ''] = line.slice('| '.length, -' |'.length).split(' | ');
    const [, hex] = /^`([0-9a-f]{64})`$/.exec(sum) ?? [];
    if (hex) sums.set(`${size} ${uri}`, hex);
  }
  return { writtenAt: Number.isNaN(written) ? 0 : written, sums };
}

function tableOf(
  publication: Publication,
  text: ReleaseText,
  old: OldTable | undefined,
  limit: number,
): string | undefined {
  const { files, fileCount, totalBytes, links, workspace, main } = publication;
  const opening = main && text.showLinks ? `. ${markdownLink(`Open ${main.name}`, main.url)}` : '';
  const ends = links?.expiresAt === undefined || !text.showLinks ? '' : formatMoment(links.expiresAt);
  const head = [
    `<!-- written: ${new Date(text.now).toISOString()} -->`,
    `**${count(fileCount, 'file')}, ${formatBytes(totalBytes)}** in the workspace ${markdownText(workspace)}, by [this run](${text.run.url})${opening}`,
  ].join('\n\n');
  const rows: string[][] = [];
  let left = limit - head.length - markdownTable(header, []).length - 200;
  for (const file of files()) {
    const url = text.showLinks ? links?.url(file.key) : undefined;
    const size = formatBytes(file.size);
    const uri = `<code>${markdownText(`${publication.s3Uri}${file.name}`)}</code>`;
    const sum = sumOf(file, `${size} ${uri}`, old);
    const row = [markdownLink(file.name, url), size, sum === undefined ? '' : `\`${sum}\``, ends, uri];
    // With a line break of two characters.
    left -= row.join(' | ').length + 6;
    if (left < 0) break;
    rows.push(row);
  }
  if (rows.length === 0 && (fileCount > 0 || left < 0)) return undefined;
  const more = fileCount - rows.length;
  const rest =
    more === 0
      ? []
      : [
          `… and ${count(more, 'more file')} that the notes have no room for: see ${markdownText(publication.s3Uri)}`,
        ];
  return [head, markdownTable(header, rows), ...rest].join('\n\n');
}

/** The SHA-256 in the old table is still valid if the file was stored before that table was written. */
function sumOf(
  { sha256, modified }: PublishedFile,
  cells: string,
  old: OldTable | undefined,
): string | undefined {
  if (sha256 !== undefined || modified === undefined || !old || modified > old.writtenAt) return sha256;
  return old.sums.get(cells);
}
