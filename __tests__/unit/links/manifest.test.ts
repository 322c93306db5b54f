import { expect, test } from '@jest/globals';

import { mainFile } from '../../../src/links/manifest.ts';
import { indexName, indexPageName } from '../../../src/links/page.ts';

const mainOf = (...names: string[]) => {
  const files = names.map((name) => ({ name, key: `d/${name}`, size: 1, contentType: 'text/plain' }));
  const manifest = { title: '', workspace: 'w', destination: 'd', s3Uri: 's3://b/d/', totalBytes: 1 };
  return mainFile({ ...manifest, fileCount: files.length, files: () => files })?.name;
};

test.each([
  [['report.pdf'], 'report.pdf'],
  [['a.css', 'index.html', 'z.js'], 'index.html'],
  [['a.css', 'docs/index.html'], undefined],
  [[], undefined],
])('of the files %j, the output url opens %j', (names, main) => {
  expect(mainOf(...names)).toBe(main);
});

test('the index page has a number in its name only if users have files of the other names', () => {
  expect([1, 2, 3].map(indexName)).toEqual(['_links.html', '_links-2.html', '_links-3.html']);
  expect(indexPageName).toBe('_links.html');
});
