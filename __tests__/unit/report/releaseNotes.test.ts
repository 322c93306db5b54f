import { describe, expect, test } from '@jest/globals';

import type { Publication, PublishedFile } from '../../../src/links/manifest.ts';
import { type ReleaseText, releaseNotes } from '../../../src/report/releaseNotes.ts';

const now = Date.parse('2026-11-26T12:00:00Z');
const sum = 'a'.repeat(64);

function publicationOf(files: readonly Partial<PublishedFile>[]): Publication {
  const published = files.map((file, index) => {
    const name = `file-${index}.bin`;
    return { name, key: `ci/v1/${name}`, size: 3, contentType: 'application/octet-stream', ...file };
  });
  return {
    title: 'v1',
    workspace: 'gep-ci',
    destination: 'v1',
    s3Uri: 's3://bucket/ci/v1/',
    fileCount: published.length,
    totalBytes: 3 * published.length,
    files: () => published,
    links: { signedBy: 'platform', expiresAt: now + 1_000, url: (key) => `https://s3.example/${key}` },
    main: undefined,
  };
}

const text: ReleaseText = {
  key: 'gep-ci/v1',
  run: { url: 'https://ci.example/1' } as ReleaseText['run'],
  host: 'GitHub',
  limit: 10_000,
  now,
  showLinks: true,
};

function edit(notes: string, files: readonly Partial<PublishedFile>[], change: Partial<ReleaseText> = {}) {
  return releaseNotes(notes, publicationOf(files), { ...text, ...change });
}

function write(...parameters: Parameters<typeof edit>): string {
  const written = edit(...parameters);
  if (!('notes' in written)) throw new Error(written.problem);
  return written.notes;
}

test('the table has a row for each file with link, size, checksum, expiry and S3 URI', () => {
  expect(write('# News', [{ sha256: sum }])).toContain(
    `| [file-0.bin](<https://s3.example/ci/v1/file-0.bin>) | 3 bytes | \`${sum}\` | 2026-11-26 12:00:01 UTC | <code>s3&#58;//bucket/ci/v1/file-0.bin</code> |`,
  );
});

test('with mask-links, the table has no links and no expiry', () => {
  const notes = write('', [{}], { showLinks: false });
  expect(notes).not.toContain('https://s3.example');
  expect(notes).toContain('| file-0.bin | 3 bytes |  |  |');
});

describe('an existing table', () => {
  const before = write('# News', [{ sha256: sum }]);

  test('is replaced by a newer one, and the rest of the notes stays', () => {
    const notes = write(before, [{}, {}], { now: now + 1_000 });
    expect(notes).toMatch(/^# News\n/);
    expect(notes.match(/upload-to-workspace begin/g)).toHaveLength(1);
    expect(notes).toContain('**2 files, 6 bytes**');
  });

  test.each([0, -1_000])('stays if it is not older (%d ms)', (ms) => {
    expect(write(before, [{}, {}], { now: now + ms })).toBe(before);
  });

  test('keeps a checksum that this step does not know, unless the file was stored later', () => {
    const later = { now: now + 60_000 };
    expect(write(before, [{ modified: now - 1_000 }], later)).toContain(sum);
    expect(write(before, [{ modified: now + 1_000 }], later)).not.toContain(sum);
    expect(write(before, [{ modified: now - 1_000, size: 4 }], later)).not.toContain(sum);
  });
});

describe('with little space', () => {
  const many = Array.from({ length: 30 }, () => ({}));

  test('the table has fewer rows, counts the others, and stays within the limit', () => {
    const notes = write('# News', many, { limit: 2_500 });
    expect(notes.length).toBeLessThanOrEqual(2_500);
    expect(notes).toMatch(/… and \d+ more files that the notes have no room for: see s3/);
  });

  test('for no row, the notes stay, and the problem says so', () => {
    expect(edit('x'.repeat(2_400), many, { limit: 2_500 })).toEqual({
      problem: 'they have 2,400 of the 2,500 characters that GitHub allows, and the table does not fit',
      isDamage: false,
    });
  });
});
