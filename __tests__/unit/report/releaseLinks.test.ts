import { describe, expect, test } from '@jest/globals';

import type { Publication } from '../../../src/links/manifest.ts';
import { releaseLinks } from '../../../src/report/releaseLinks.ts';

const url = (key: string) => `https://s3.example.org/b/${key}?X-Amz-Signature=abc`;
const link = (name: string) => ({ name, url: url(name) });

function publication(names: readonly string[], more: Partial<Publication> = {}): Publication {
  return {
    ...{ title: 'd', workspace: 'gep-ci', destination: 'releases/v1', s3Uri: 's3://bucket/p/releases/v1/' },
    ...{ fileCount: names.length, totalBytes: 0, main: undefined },
    files: () => names.map((name) => ({ name, key: name, size: 1, contentType: 'text/plain' })),
    links: { signedBy: 'session', url, expiresAt: undefined },
    ...more,
  };
}

const names = (published: Publication, limit = 50) => releaseLinks(published, limit).map(({ name }) => name);

describe('the links for a release', () => {
  test('are the page to open, the page with all links, and the files', () => {
    const preview = { name: 'preview', url: url('_preview.html') };
    const pages = { main: preview, index: link('_links.html') };
    expect(releaseLinks(publication(['a.txt', 'b.txt'], pages), 50)).toEqual(
      [
        ['Open preview', '_preview.html'],
        ['All files', '_links.html'],
        ['a.txt', 'a.txt'],
        ['b.txt', 'b.txt'],
      ].map(([name = '', key = '']) => ({ name, longName: `${name} (gep-ci/releases/v1)`, url: url(key) })),
    );
  });

  test('of a single file are that file', () => {
    expect(names(publication(['a.zip'], { main: link('a.zip') }))).toEqual(['a.zip']);
  });

  test('have each URL once, because GitLab rejects the second', () => {
    const pages = { main: link('index.html'), index: link('_links.html') };
    expect(names(publication(['a.css', 'index.html'], pages))).toEqual([
      'Open index.html',
      'All files',
      'a.css',
    ]);
    expect(names(publication(['a', 'b'], { main: link('_links.html'), index: link('_links.html') }))).toEqual(
      ['All files', 'a', 'b'],
    );
  });

  test('are the pages only, if the files are more than the limit', () => {
    const many = Array.from({ length: 5 }, (_, index) => `${index}.txt`);
    expect(names(publication(many, { index: link('_links.html') }), 6)).toHaveLength(6);
    expect(names(publication(many, { index: link('_links.html') }), 5)).toEqual(['All files']);
  });

  test('are none without links', () => {
    expect(names(publication(['a'], { links: undefined }))).toEqual([]);
  });
});
