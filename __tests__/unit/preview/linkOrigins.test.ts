import { expect, test } from '@jest/globals';

import { compressLinks } from '../../../src/links/linkTable.ts';
import { checkOrigins } from '../../../src/preview/linkOrigins.ts';

const folder = 'https://s3.example/bucket/d/';
const own = {
  '_preview.html': `${folder}_preview.html?signature=1`,
  '_preview-worker.js': `${folder}_preview-worker.js?signature=2`,
};

function check(pages: Readonly<Record<string, string>>, files: Readonly<Record<string, string>>) {
  const names = Object.keys(files);
  const table = compressLinks(names.map((name) => ({ name, url: files[name] ?? '' })));
  return checkOrigins(pages, table, names);
}

test('links to one host need no CORS', () => {
  expect(check(own, { 'index.html': `${folder}index.html?signature=3` })).toEqual({
    problem: undefined,
    foreign: [],
  });
});

test('one link of each other host is returned', () => {
  const files = {
    'a.js': 'https://cdn.example/d/a.js?signature=3',
    'b.js': 'https://cdn.example/d/b.js?signature=4',
    'index.html': `${folder}index.html?signature=5`,
    'x.css': 'https://other.example/1',
  };
  expect(check(own, files).foreign).toEqual([files['a.js'], files['x.css']]);
});

test.each([
  ['under another name', `${folder}w.js`],
  ['in another folder', 'https://s3.example/bucket/d/e/_preview-worker.js'],
  ['on another host', 'https://cdn.example/bucket/d/_preview-worker.js'],
])('a worker %s is a problem, because its scope is its folder', (_, worker) => {
  const { problem, foreign } = check({ ...own, '_preview-worker.js': worker }, {});
  expect(problem).toBe(
    'the links to _preview.html and _preview-worker.js do not end in these names below one folder',
  );
  expect(foreign).toEqual([]);
});
