import { beforeEach, describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import type { IndexPageData } from '../../src/links/indexPageData.ts';
import { expandLink } from '../../src/links/linkTable.ts';
import { folderWith } from '../support/folder.ts';
import { type Subject, errorOf, linksFileOf, runSubject, storedFiles } from '../support/subject.ts';

/** GitHub's limits in bytes: outputs of a job (UTF-16), summary of a step, and an environment variable on Linux. */
const limits = { outputs: 1024 ** 2, summary: 1024 ** 2, variable: 128 * 1024 };

/** Annotations of each kind that GitHub shows for a step. */
const annotations = 10;

/** Publishes more files than fit into GitHub's limits. */
export function githubLimitCases(subject: () => Subject, { fileCount }: { fileCount: number }): void {
  beforeEach(() => subject().platform.store.clear(buckets.outputs));

  describe(`${fileCount.toLocaleString('en')} files`, () => {
    test('are published within all limits of GitHub, and url opens a page that lists all of them', async () => {
      const files = Object.fromEntries(
        Array.from({ length: fileCount }, (_, index) => [
          `tiles/zone ${index % 60}/tile #${index}, 100%.csv`,
          `content of ${index}`,
        ]),
      );
      const run = await runSubject(
        subject(),
        'upload',
        { path: '.', destination: 'many' },
        { cwd: folderWith(files) },
      );
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      const { outputs, summary, log } = run;
      expect(outputs).toMatchObject({ 'file-count': String(fileCount), 'uploaded-count': String(fileCount) });

      const utf16 = Object.entries(outputs).reduce(
        (sum, [name, value]) => sum + 2 * (name.length + value.length),
        0,
      );
      expect(utf16).toBeLessThan(limits.outputs);
      for (const value of Object.values(outputs))
        expect(Buffer.byteLength(value)).toBeLessThan(limits.variable);
      expect(Buffer.byteLength(summary)).toBeLessThan(limits.summary);
      expect(log.match(/^::(?:warning|notice|error)/gm)?.length ?? 0).toBeLessThanOrEqual(annotations);
      expect(outputs['urls']).toBe('');
      expect(log).toMatch(/^The output 'urls' is empty: .* 'links-file' has all links\.$/m);

      const rows = summary.split('\n').filter((line) => line.startsWith('| [')).length;
      const [, left = ''] =
        /^… and ([\d,]+) more: see \[All files\]\(<https?:[^<>]+>\)\.$/m.exec(summary) ?? [];
      expect(rows).toBeGreaterThan(100);
      expect(rows + Number(left.replaceAll(',', ''))).toBe(fileCount);

      const links = linksFileOf(run).files;
      expect(links.map(({ path }) => path).sort()).toEqual(Object.keys(files).sort());
      expect(await storedFiles(subject().platform, 'ci/many/')).toHaveLength(fileCount);
      const page = await (await fetch(outputs['url'] ?? '')).text();
      const contents = JSON.parse(/id="data">([^<]*)</.exec(page)?.[1] ?? '') as IndexPageData;
      expect(contents.names).toHaveLength(fileCount);
      const shown = new Map(
        contents.names.map((name, index) => [
          name,
          contents.links && expandLink(contents.links, name, index),
        ]),
      );
      expect(links.filter(({ path, url }) => shown.get(path) !== url)).toEqual([]);
      for (const { path, url } of links.filter((_, index) => index % 131 === 0)) {
        const answer = await fetch(url);
        expect([path, answer.status, await answer.text()]).toEqual([path, 200, files[path]]);
      }

      const renewed = await runSubject(subject(), 'links', { destination: 'many' }, { cwd: folderWith({}) });
      expect([renewed.exitCode, errorOf(renewed)]).toEqual([0, '']);
      expect(linksFileOf(renewed).files.map(({ path }) => path)).toEqual(
        links.map(({ path }) => path).sort(),
      );
      expect(Buffer.byteLength(renewed.summary)).toBeLessThan(limits.summary);
      expect(renewed.outputs['url']).toContain('/ci/many/_links.html?');

      const [gone = '', other = ''] = Object.keys(files)
        .sort()
        .slice(fileCount / 2);
      const kept = Object.entries(files).filter(([name]) => name !== gone);
      const next = { ...Object.fromEntries(kept), [other]: 'other', 'tiles/zone 7/ü \u{1f6f0}.csv': 'new' };
      const again = await runSubject(
        subject(),
        'upload',
        { path: '.', destination: 'many', overwrite: 'changed', 'delete-stale': 'true' },
        { cwd: folderWith(next) },
      );
      expect([again.exitCode, errorOf(again)]).toEqual([0, '']);
      expect(again.outputs).toMatchObject({
        'uploaded-count': '2',
        'unchanged-count': String(fileCount - 2),
        'deleted-count': '1',
      });
      const stored = await storedFiles(subject().platform, 'ci/many/');
      expect(stored.map(({ key }) => key).sort()).toEqual(
        Object.keys(next)
          .map((name) => `ci/many/${name}`)
          .sort(),
      );
    });
  });
}
