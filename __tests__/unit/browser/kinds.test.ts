import { describe, expect, test } from '@jest/globals';

import { kindOf, opensInTab, viewerOf } from '../../../browser/index/kinds.ts';
import { mediaType } from '../../../src/files/mediaTypes.ts';
import { filesNamed } from './files.ts';

describe('file kinds of the index page', () => {
  test.each([
    ['a.png', 'picture', 'picture'],
    ['a.svg', 'picture', 'picture'],
    ['a.tif', 'data', 'none'],
    ['a.html', 'page', 'page'],
    ['a.md', 'text', 'markdown'],
    ['a.py', 'text', 'text'],
    ['a.ts', 'text', 'text'],
    ['a.js', 'text', 'text'],
    ['a.json', 'data', 'json'],
    ['a.jsonl', 'data', 'json'],
    ['a.ndjson', 'data', 'json'],
    ['a.geojson', 'data', 'json'],
    ['a.xml', 'data', 'text'],
    ['a.csv', 'data', 'table'],
    ['a.tsv', 'data', 'table'],
    ['a.yaml', 'data', 'text'],
    ['Dockerfile', 'text', 'text'],
    ['a/LICENSE', 'text', 'text'],
    ['a.pdf', 'document', 'pdf'],
    ['a.zip', 'archive', 'zip'],
    ['a.whl', 'archive', 'zip'],
    ['a.docx', 'document', 'zip'],
    ['a.ipynb', 'data', 'notebook'],
    ['a.log', 'text', 'log'],
    ['a.txt', 'text', 'log'],
    ['a.tar.gz', 'archive', 'none'],
    ['a.mp3', 'sound', 'sound'],
    ['a.mp4', 'film', 'film'],
    ['a.bin', 'other', 'none'],
    ['no-extension', 'other', 'none'],
  ])('%s is a %s, shown as %s', (name, kind, viewer) => {
    expect([kindOf(mediaType(name), name), viewerOf(mediaType(name), name)]).toEqual([kind, viewer]);
  });

  test('uses the media type, in any case and with parameters', () => {
    expect(viewerOf('Text/Plain; charset=UTF-8', 'a.bin')).toBe('text');
    expect(viewerOf('application/pdf', 'a.txt')).toBe('pdf');
    expect(viewerOf('', 'a.txt')).toBe('log');
    expect(viewerOf('image/x-icon', 'favicon')).toBe('picture');
    expect(kindOf('application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'a')).toBe(
      'document',
    );
  });

  test('knows which files browsers show in a tab, and which they download', () => {
    const opening = (names: readonly string[]) => names.filter((name) => opensInTab(mediaType(name), name));
    const shown = ['a.html', 'a.png', 'a.txt', 'a.pdf', 'a.json', 'a.geojson', 'a.xml', 'a.mp4', 'a.js'];
    const saved = ['a.zip', 'a.tif', 'a.csv', 'a.tsv', 'a.docx', 'a.bin', 'a.nc', 'a.parquet', 'a'];
    expect([opening(shown), opening(saved)]).toEqual([shown, []]);
  });

  test('has no link if its scheme could run code', () => {
    const rest = ['#javascript:alert(1)', '#data:text/html,x', '#https://a.example/x', 'ok'];
    const files = filesNamed(['a', 'b', 'c', 'd'], {
      links: { base: 'https://s3.example/', query: 'q=', rest },
    });
    expect(rest.map((_, file) => files.url(file))).toEqual([
      undefined,
      undefined,
      'https://a.example/x',
      'https://s3.example/d?q=ok',
    ]);
  });
});
