import { describe, expect, test } from '@jest/globals';

import type { Release } from '../../../platform/github/github.ts';
import { type ReportRuns, reportRuns, reportWarnings } from './reportRuns.ts';

const updateRelease = 'patch /repos/{owner}/{repo}/releases/{release_id}';

/** The notes of a release. */
export function releaseCases(subject: ReportRuns): void {
  const { github, upload, succeed } = reportRuns(subject);

  describe('the notes of a release', () => {
    const push = { name: 'push', payload: {} };
    const release = (body: string | null, more: Partial<Release> = {}) =>
      github().releases.push({ id: 3, tag: 'v1.2.3', body, draft: false, immutable: false, ...more });
    const notes = () => github().releases[0]?.body ?? '';

    test('get a table at the end, with their type of line breaks, and a second run updates it', async () => {
      const before = '# News\r\n\r\n- one\r\n- two <!-- upload-to-workspace is nice -->';
      release(before);
      const first = await succeed({ release: 'v1.2.3' }, push);
      expect(notes().startsWith(`${before}\r\n\r\n<!-- upload-to-workspace begin: `)).toBe(true);
      expect(notes()).not.toMatch(/[^\r]\n/);
      const [row = ''] = notes()
        .split('\r\n')
        .filter((line) => line.startsWith('| [index'));
      expect(row).toMatch(/\| 13 bytes \| `[0-9a-f]{64}` \| \d{4}-.* UTC \| <code>s3/);
      expect(notes()).toContain(first.outputs['url']);
      github().releases.splice(0, 1, {
        id: 3,
        tag: 'v1.2.3',
        body: `${notes()}\r\n\r\nAnd this after it `,
        draft: false,
        immutable: false,
      });
      const second = await succeed({ release: 'v1.2.3' }, push);
      expect(notes().startsWith(`${before}\r\n\r\n<!-- `)).toBe(true);
      expect(notes().endsWith(' -->\r\n\r\nAnd this after it ')).toBe(true);
      expect(notes()).toContain(second.outputs['url']);
      expect(notes()).not.toContain(first.outputs['url']);
    });

    test.each([{ draft: true }, { immutable: true }])('are updated if it is %j', async (kind) => {
      release(null, kind);
      await succeed({ release: 'v1.2.3' }, push);
      expect(notes()).toContain('index.html');
    });

    test('have a table for each destination, even if several runs write at the same time', async () => {
      release('Notes');
      github().gather('get /repos/{owner}/{repo}/releases/{release_id}', 2);
      await Promise.all(
        ['one', 'two'].map((destination) => succeed({ release: 'v1.2.3', destination }, push)),
      );
      expect(notes().match(/<!-- upload-to-workspace begin: /g)).toHaveLength(2);
      expect(notes().startsWith('Notes\n\n<!-- ')).toBe(true);
    });

    test('stay unchanged without space for the table, and get fewer rows with little space', async () => {
      release('x'.repeat(124_900));
      const full = await upload({ release: 'v1.2.3' }, push);
      expect([full.exitCode, reportWarnings(full)]).toEqual([
        0,
        [expect.stringMatching(/124,900 of the 125,000/)],
      ]);
      expect(notes()).toBe('x'.repeat(124_900));
      github().releases.length = 0;
      release('x'.repeat(100_000));
      const files = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${n}.bin`, 'x']));
      await succeed({ release: 'v1.2.3', links: 'session' }, push, files);
      expect(notes().length).toBeLessThanOrEqual(125_000);
      expect(notes().length).toBeGreaterThan(120_000);
      expect(notes()).toMatch(/… and \d+ more files that the notes have no room for/);
    });

    test('with damaged markers stay unchanged', async () => {
      release('');
      await succeed({ release: 'v1.2.3' }, push);
      const block = notes();
      const [end = ''] = block.match(/<!-- upload-to-workspace end: \S+ -->/g) ?? [];
      const [begin = ''] = block.match(/<!-- upload-to-workspace begin: \S+ -->/g) ?? [];
      const long = 'Notes of a release, with a [link](https://example.org).\r\n\r\n'.repeat(1700);
      const damages = [
        block.replace(end, ''),
        block.replace(begin, ''),
        block.replace(begin, `${begin}\n\n${block}\n\n`),
        `\`\`\`\n${block}\n\`\`\``,
      ];
      for (const damaged of damages) {
        github().reset();
        release(`${long}${damaged}`);
        const run = await upload({ release: 'v1.2.3' }, push);
        expect([run.exitCode, reportWarnings(run)]).toEqual([
          0,
          [expect.stringMatching(/notes of release 'v1.2.3' were not changed/)],
        ]);
        expect(notes()).toBe(`${long}${damaged}`);
        expect(github().requests.map(({ operation }) => operation)).not.toContain(updateRelease);
      }
    });

    test.each([
      ['GitHub is down', { status: 500 }, /GitHub answered 500/],
      ['GitHub rejects them', { status: 422, message: 'Validation Failed' }, /GitHub answered 422/],
    ] as const)('%s: one warning, and nothing changes', async (_, fault, words) => {
      release('Notes');
      github().fail(updateRelease, fault, 99);
      const run = await upload({ release: 'v1.2.3' }, push);
      expect([run.exitCode, run.outputs['file-count'], notes()]).toEqual([0, '2', 'Notes']);
      expect(reportWarnings(run)).toEqual([expect.stringMatching(words)]);
    });

    test('a draft that the token cannot read: one warning with the lines to add', async () => {
      release('Notes', { draft: true });
      github().permissions.contents = 'read';
      const run = await upload({ release: 'v1.2.3' }, push);
      expect([run.exitCode, notes()]).toEqual([0, 'Notes']);
      expect(reportWarnings(run)).toEqual([
        expect.stringMatching(/no release has the tag.*sees no draft.*permissions:\n {2}contents: write/s),
      ]);
    });

    test('without a release of the tag, or permission: one warning that says what to do', async () => {
      const none = await upload({ release: 'v1.2.3' }, push);
      expect([none.exitCode, reportWarnings(none)]).toEqual([
        0,
        [expect.stringMatching(/no release has the tag 'v1.2.3'/)],
      ]);
      release('Notes');
      github().permissions.contents = 'read';
      const refused = await upload({ release: 'v1.2.3' }, push);
      expect([refused.exitCode, notes()]).toEqual([0, 'Notes']);
      expect(reportWarnings(refused)).toEqual([expect.stringContaining('permissions:\n  contents: write')]);
    });
  });
}
