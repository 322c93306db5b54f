import { describe, expect, test } from '@jest/globals';
import { downloadZip } from 'client-zip';

import { tailLength, zipEnd, zipEntries } from '../../../browser/index/viewers/zipDirectory.ts';

const date = new Date(2026, 10, 27, 13, 5, 8);

async function zipOf(files: Readonly<Record<string, string>>): Promise<Uint8Array<ArrayBuffer>> {
  const entries = Object.entries(files).map(([name, input]) => ({ name, input, lastModified: date }));
  return new Uint8Array(await downloadZip(entries).arrayBuffer());
}

function listed(zip: Uint8Array<ArrayBuffer>, most = 100) {
  const end = zipEnd(zip.subarray(Math.max(0, zip.length - tailLength)), zip.length);
  return end && { ...zipEntries(zip.subarray(end.start, end.start + end.length), end.length, most), end };
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}

/** A record of the directory. */
function record(name: string, flags = 0, extra: readonly number[] = [], size = 5): Uint8Array {
  const bytes = Buffer.from(name, 'latin1');
  const head = Buffer.alloc(46);
  head.writeUInt32LE(0x02014b50, 0);
  head.writeUInt16LE(flags, 8);
  head.writeUInt32LE(size, 24);
  head.writeUInt16LE(bytes.length, 28);
  head.writeUInt16LE(extra.length, 30);
  return joined(head, bytes, Uint8Array.from(extra));
}

/** The last record of a zip. */
function ending(length: number, entries: number, comment = ''): Uint8Array {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(entries, 0xffff), 10);
  end.writeUInt32LE(length, 12);
  end.writeUInt16LE(comment.length, 20);
  return joined(end, Buffer.from(comment));
}

describe('the directory of a zip', () => {
  test('has names, sizes and dates', async () => {
    const zip = await zipOf({ 'a.txt': 'hello', 'b/ö.txt': '' });
    expect(listed(zip)).toMatchObject({
      entries: [
        { path: 'a.txt', isFolder: false, size: 5, modified: '2026-11-27 13:05', isEncrypted: false },
        { path: 'b/ö.txt', size: 0 },
      ],
      isCut: false,
      end: { entries: 2 },
    });
  });

  test('is found after other data, before a comment, and in the last bytes of a large file', async () => {
    const zip = await zipOf({ 'a.txt': 'hello' });
    expect(listed(joined(Buffer.from('#!/bin/sh\n'.repeat(9_000)), zip))?.entries).toMatchObject([
      { path: 'a.txt' },
    ]);
    const directory = record('a.txt');
    const comment = 'PK\x05\x06'.repeat(100);
    expect(listed(joined(directory, ending(directory.length, 1, comment)))?.entries).toMatchObject([
      { path: 'a.txt' },
    ]);
    const end = zipEnd(joined(directory, ending(directory.length, 1)), 5 * 1024 ** 3);
    expect(end).toEqual({
      start: 5 * 1024 ** 3 - 22 - directory.length,
      length: directory.length,
      entries: 1,
    });
  });

  test('is read with ZIP64', () => {
    const extra = [1, 0, 8, 0, 0, 0, 0, 0, 2, 0, 0, 0];
    const directory = record('big.bin', 0, extra, 0xffff_ffff);
    const end64 = Buffer.alloc(56);
    end64.writeUInt32LE(0x06064b50, 0);
    end64.writeBigUInt64LE(70_000n, 32);
    end64.writeBigUInt64LE(BigInt(directory.length), 40);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50, 0);
    const zip = joined(directory, end64, locator, ending(0xffff_ffff, 0xffff));
    expect(listed(zip)).toMatchObject({
      entries: [{ path: 'big.bin', size: 2 * 1024 ** 3 * 4 }],
      end: { entries: 70_000 },
    });
  });

  test('has names in UTF-8 without a flag, in code page 437, and in the field of Info-ZIP', () => {
    const unicode = [0x75, 0x70, 7, 0, 1, 0, 0, 0, 0, 0xc3, 0xa9];
    const directory = joined(record('\xc3\xb6'), record('\x94'), record('x', 0, unicode), record('c/', 1));
    expect(listed(joined(directory, ending(directory.length, 4)))?.entries).toMatchObject([
      { path: 'ö' },
      { path: 'ö' },
      { path: 'é' },
      { path: 'c/', isFolder: true, isEncrypted: true },
    ]);
  });

  test('is cut after the largest number of entries', () => {
    const directory = joined(...Array.from({ length: 50 }, (_, index) => record(`${index}`)));
    const made = listed(joined(directory, ending(directory.length, 50)), 20);
    expect([made?.entries.length, made?.isCut]).toEqual([20, true]);
  });

  test('cannot claim what is not there', () => {
    const claims = joined(record('a'), ending(47, 0xffff));
    expect(listed(claims)).toMatchObject({ entries: [{ path: 'a' }], isCut: false });
    expect(listed(joined(record('a'), ending(0xffff_fff0, 1)))).toBeUndefined();
    expect(listed(joined(Buffer.alloc(60), ending(60, 9)))).toMatchObject({ entries: [], isCut: true });
    const cutName = record('abc').subarray(0, 47);
    expect(listed(joined(cutName, ending(47, 1)))).toMatchObject({ entries: [], isCut: true });
    for (const text of ['', 'PK', 'x'.repeat(100), 'PK\x05\x06'.repeat(30)])
      expect(listed(new Uint8Array(Buffer.from(text)))).toBeUndefined();
  });

  test('ignores extra fields that are longer than they can be', () => {
    const directory = record('a', 0, [1, 0, 255, 255, 0], 0xffff_ffff);
    expect(listed(joined(directory, ending(directory.length, 1)))?.entries).toMatchObject([
      { size: 0xffff_ffff },
    ]);
  });
});
