/** An entry of a zip. */
export interface ZipEntry {
  readonly path: string;
  readonly isFolder: boolean;
  /** Bytes when it is unpacked, as the zip claims. */
  readonly size: number;
  /** `YYYY-MM-DD HH:MM`. A zip has no time zone. Empty if the date is not valid. */
  readonly modified: string;
  readonly isEncrypted: boolean;
}

/** Where the directory of a zip is. */
export interface ZipEnd {
  /** Position in the file, in bytes. */
  readonly start: number;
  /** Bytes. */
  readonly length: number;
  /** Number of entries, as the zip claims. */
  readonly entries: number;
}

export interface ZipListing {
  readonly entries: readonly ZipEntry[];
  /** The directory has more entries. */
  readonly isCut: boolean;
}

/** Bytes from the end of a zip in which its last record begins: the record, the longest comment, and the records of ZIP64. */
export const tailLength = 22 + 65_535 + 20 + 56;

const signatures = { entry: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 } as const;

/**
 * Finds the directory of a zip (APPNOTE.TXT 4.3.12 to 4.3.16), with ZIP64. Other data may come before the zip.
 * @param tail the last bytes of the file, at least {@link tailLength} or all
 * @param fileSize bytes
 * @returns undefined if this is not a zip
 */
export function zipEnd(tail: Uint8Array<ArrayBuffer>, fileSize: number): ZipEnd | undefined {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const first = fileSize - tail.length;
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== signatures.end) continue;
    if (at + 22 + view.getUint16(at + 20, true) > tail.length) continue;
    const wide = at >= 76 && view.getUint32(at - 20, true) === signatures.locator64 ? at - 76 : undefined;
    const isWide = wide !== undefined && view.getUint32(wide, true) === signatures.end64;
    const [entries, length, end] = isWide
      ? [Number(view.getBigUint64(wide + 32, true)), Number(view.getBigUint64(wide + 40, true)), wide]
      : [view.getUint16(at + 10, true), view.getUint32(at + 12, true), at];
    // The directory ends where the last record begins. Its own offset is wrong if other data comes first.
    const start = first + end - length;
    return start >= 0 ? { start, length, entries } : undefined;
  }
  return undefined;
}

/**
 * Lists the entries of a zip.
 * @param directory the beginning of the directory
 * @param most the largest number of entries
 */
export function zipEntries(directory: Uint8Array<ArrayBuffer>, length: number, most: number): ZipListing {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at + 46 <= directory.length && view.getUint32(at, true) === signatures.entry) {
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const end = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (end > directory.length || entries.length === most) break;
    const flags = view.getUint16(at + 8, true);
    const extra = new DataView(directory.buffer, directory.byteOffset + at + 46 + nameLength, extraLength);
    const name = directory.subarray(at + 46, at + 46 + nameLength);
    const path = unicodePath(extra) ?? decodeName(name, (flags & 0x800) !== 0);
    entries.push({
      path,
      isFolder: path.endsWith('/'),
      size: sizeOf(view.getUint32(at + 24, true), extra),
      modified: dosMoment(view.getUint16(at + 14, true), view.getUint16(at + 12, true)),
      isEncrypted: (flags & 1) !== 0,
    });
    at = end;
  }
  return { entries, isCut: at < length };
}

/** Calls back with the fields of the extra data of an entry until it gets a result. */
function field<T>(
  extra: DataView<ArrayBuffer>,
  wanted: number,
  read: (data: DataView<ArrayBuffer>) => T,
): T | undefined {
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    const length = extra.getUint16(at + 2, true);
    if (at + 4 + length > extra.byteLength) return undefined;
    if (extra.getUint16(at, true) === wanted)
      return read(new DataView(extra.buffer, extra.byteOffset + at + 4, length));
  }
  return undefined;
}

function sizeOf(size: number, extra: DataView<ArrayBuffer>): number {
  if (size !== 0xffff_ffff) return size;
  const wide = field(extra, 0x0001, (data) =>
    data.byteLength >= 8 ? data.getBigUint64(0, true) : undefined,
  );
  return wide === undefined ? size : Number(wide);
}

/** The name in UTF-8 that Info-ZIP adds to a name in another encoding. */
function unicodePath(extra: DataView<ArrayBuffer>): string | undefined {
  return field(extra, 0x7075, (data) =>
    data.byteLength > 5
      ? new TextDecoder().decode(new Uint8Array(data.buffer, data.byteOffset + 5, data.byteLength - 5))
      : undefined,
  );
}

const cp437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/** Many programs write UTF-8 without saying so. The standard's encoding is code page 437. */
function decodeName(name: Uint8Array<ArrayBuffer>, isUtf8: boolean): string {
  try {
    return new TextDecoder('utf-8', { fatal: !isUtf8 }).decode(name);
  } catch {
    return Array.from(name, (byte) =>
      byte < 128 ? String.fromCharCode(byte) : (cp437[byte - 128] ?? ''),
    ).join('');
  }
}

function dosMoment(date: number, time: number): string {
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 15, date & 31];
  const two = (value: number) => String(value).padStart(2, '0');
  if (month < 1 || month > 12 || day < 1) return '';
  return `${year}-${two(month)}-${two(day)} ${two(time >> 11)}:${two((time >> 5) & 63)}`;
}
