import type { Run } from '../hosts/host.ts';
import type { NotesEdit } from '../hosts/reports.ts';
import type { Publication, PublishedFile } from '../links/manifest.ts';
import { count, formatBytes, formatCount, formatMoment } from '../text/format.ts';
import { encodedKey } from './markers.ts';
import { putBlock } from './releaseBlock.ts';
import { markdownLink, markdownTable, markdownText } from './markdown.ts';

export interface ReleaseText {
  /** Tells the tables of several destinations in one release apart. */
  readonly key: string;
  readonly run: Run;
  /** Who keeps the release, and how many characters its notes may have there. */
  readonly host: string;
  readonly limit: number;
  /** Milliseconds since the epoch, by the servers' clock. */
  readonly now: number;
  /** `false` where links are masked. */
  readonly showLinks: boolean;
}

/**
 * The notes of a release with the table of what is published: in the place of the one that is there for its key, else after all else. A table that was
 * written later than this one stays. SHA-256 sums that this step does not know are those of the table before, for files that have not
 * been written since.
 */
export function releaseNotes(notes: string, publication: Publication, text: ReleaseText): NotesEdit {
  const room = { isMissing: false };
  const edit = putBlock(notes, text.key, (before) => {
    const earlier = before === undefined ? undefined : readTable(before);
    if (earlier && earlier.writtenAt >= text.now) return undefined;
    // Beside the table: the other notes, the markers with the key in them, and the lines around.
    const others = notes.length - (before?.length ?? 0) + 2 * encodedKey(text.key).length + 200;
    const table = tableOf(publication, text, earlier, text.limit - others);
    room.isMissing = table === undefined;
    return table;
  });
  if (!room.isMissing) return edit;
  const [used, most] = [notes.length, text.limit].map(formatCount);
  return {
    problem: `they have ${used} of the ${most} characters that ${text.host} allows, and the table does not fit in beside them`,
    isDamage: false,
  };
}

const header = ['File', 'Size', 'SHA-256', 'Link works until', 'In the workspace'];

interface Earlier {
  /** Milliseconds since the epoch; 0 where it does not say. */
  readonly writtenAt: number;
  /** SHA-256 in hex by the cells of size and S3 URI. */
  readonly sums: ReadonlyMap<string, string>;
}

/** What a table of ours says that a later step may not know. */
function readTable(content: string): Earlier {
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
  earlier: Earlier | undefined,
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
    const sum = sumOf(file, `${size} ${uri}`, earlier);
    const row = [markdownLink(file.name, url), size, sum === undefined ? '' : `\`${sum}\``, ends, uri];
    // Two for the line's end, where the notes have it so.
    left -= row.join(' | ').length + 6;
    if (left < 0) break;
    rows.push(row);
  }
  if (rows.length === 0 && fileCount > 0) return undefined;
  const more = fileCount - rows.length;
  const rest =
    more === 0
      ? []
      : [
          `… and ${count(more, 'more file')} that the notes have no room for: see ${markdownText(publication.s3Uri)}`,
        ];
  return [head, markdownTable(header, rows), ...rest].join('\n\n');
}

/** A sum of before is that of the file still, when the storage got the file before the sum was written down. */
function sumOf(
  { sha256, modified }: PublishedFile,
  cells: string,
  earlier: Earlier | undefined,
): string | undefined {
  if (sha256 !== undefined || modified === undefined || !earlier || modified > earlier.writtenAt)
    return sha256;
  return earlier.sums.get(cells);
}
