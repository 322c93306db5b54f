import { expect, test } from '@jest/globals';

import { contentType, dependsOnContent } from '../../../src/files/contentType.ts';
import { declaredEncoding } from '../../../src/files/declaredEncoding.ts';
import { mediaType } from '../../../src/files/mediaTypes.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const shiftJis = Buffer.from([0x93, 0xfa, 0x96, 0x7b]);
const page = (declared: string, text: string | Buffer = 'Größe') =>
  Buffer.concat([Buffer.from(`<!doctype html><html><head>${declared}</head><body>`), Buffer.from(text)]);

test.each<[string, string, Buffer, string]>([
  ['UTF-8', 'a.html', page(''), 'text/html; charset=utf-8'],
  ['declared as UTF-8', 'a.html', page('<META CHARSET=UTF8>'), 'text/html; charset=utf-8'],
  ['an empty page', 'a.html', Buffer.alloc(0), 'text/html; charset=utf-8'],
  ['Latin-1', 'a.html', page('', latin1('Größe')), 'text/html'],
  ['Shift_JIS', 'a.html', page('<meta charset="shift_jis">', shiftJis), 'text/html'],
  ['only ASCII bytes, declared otherwise', 'a.html', page("<meta charset='iso-2022-jp'>"), 'text/html'],
  [
    'declared in a longer way',
    'a.htm',
    page('<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">', 'x'),
    'text/html',
  ],
  ['UTF-16 with a byte order mark', 'a.html', Buffer.from('\ufeff<p>x', 'utf16le'), 'text/html'],
  ['another encoding', 'a.css', Buffer.from('@charset "latin1"; p {}'), 'text/css'],
  ['a Latin-1 log', 'a.log', latin1('Größe'), 'text/plain'],
  ['a Latin-1 script', 'a.js', latin1('"Größe"'), 'text/javascript'],
  [
    'a text that names an encoding',
    'a.txt',
    Buffer.from('<meta charset=latin1>'),
    'text/plain; charset=utf-8',
  ],
  ['no encoding in a style sheet', 'a.css', Buffer.from('p {}'), 'text/css; charset=utf-8'],
  [
    'only at the start of a style sheet',
    'a.css',
    Buffer.from(' @charset "latin1";'),
    'text/css; charset=utf-8',
  ],
  ['only in a style sheet', 'a.txt', Buffer.from('@charset "latin1";'), 'text/plain; charset=utf-8'],
  ['a longer name than UTF-8', 'a.html', page('<meta charset=utf-8-mac>'), 'text/html'],
  ['a name that ends in UTF-8', 'a.html', page('<meta charset=x-utf-8>'), 'text/html'],
  ['XML', 'a.xml', latin1('<?xml encoding="latin1"?>ö'), 'text/xml'],
])('%s: %s', (_, name, content, type) => {
  expect(contentType(name, mediaType(name), content)).toBe(type);
});

test.each<[string, string | Buffer, string]>([
  ['configure', '#!/bin/sh\necho "Größe"\n', 'text/plain; charset=utf-8'],
  ['.nojekyll', '', 'application/octet-stream'],
  ['bin/tool', '\x7fELF\x02\x01\x01\0', 'application/octet-stream'],
  ['LICENSE', latin1('© 2026'), 'application/octet-stream'],
  ['notes.weather', 'calm', 'text/plain; charset=utf-8'],
  ['data.bin', 'calm', 'application/octet-stream'],
  ['scene.nc', 'calm', 'application/x-netcdf'],
])('a file of unknown type is text if its content is: %s', (name, content, type) => {
  expect(contentType(name, mediaType(name), Buffer.from(content))).toBe(type);
});

test.each([
  [0x07, false],
  [0x08, true],
  [0x0d, true],
  [0x0e, false],
  [0x1a, false],
  [0x1b, true],
  [0x1f, false],
  [0x20, true],
])('a text may have the byte %d: %j', (byte, isText) => {
  const type = contentType('a', mediaType('a'), Buffer.from([0x61, byte]));
  expect(type).toBe(isText ? 'text/plain; charset=utf-8' : 'application/octet-stream');
});

test.each([
  ['a.ts', 0],
  ['a.ts', 188],
  ['a.tsx', 0, 188],
  ['a.log', 0, 188],
])('%s with a G at %d is no film', (name, ...places: readonly number[]) => {
  const bytes = Buffer.alloc(3 * 188, 0xff);
  for (const place of places) bytes[place] = 0x47;
  expect(contentType(name, mediaType(name), bytes)).toBe('text/plain');
});

test('a declaration is searched in the first 4,096 characters', () => {
  const declaration = '<meta charset = "latin1">';
  expect(declaredEncoding(' '.repeat(4_096 - declaration.length) + declaration)).toBe('latin1');
  expect(declaredEncoding(' '.repeat(4_096) + declaration)).toBeUndefined();
});

test('a .ts file is TypeScript or a part of a film', () => {
  const packets = Buffer.alloc(3 * 188, 0xff);
  for (let at = 0; at < packets.length; at += 188) packets[at] = 0x47;
  expect(contentType('part.ts', mediaType('part.ts'), packets)).toBe('video/mp2t');
  expect(contentType('main.ts', mediaType('main.ts'), Buffer.from('let a = 1;'))).toBe(
    'text/plain; charset=utf-8',
  );
});

test('the start of a file may end within a character', () => {
  const text = Buffer.from('x'.repeat(60) + '🚀');
  for (let length = 55; length <= text.length; length += 1) {
    const start = text.subarray(0, length);
    expect(contentType('a.txt', mediaType('a.txt'), start, false)).toBe('text/plain; charset=utf-8');
    expect(contentType('a', mediaType('a'), start, false)).toBe('text/plain; charset=utf-8');
  }
  expect(contentType('a.txt', mediaType('a.txt'), Buffer.from([0xc3]), false)).toBe(
    'text/plain; charset=utf-8',
  );
  expect(contentType('a.txt', mediaType('a.txt'), text.subarray(0, -1))).toBe('text/plain');
  expect(contentType('a.txt', mediaType('a.txt'), latin1('ö and more'), false)).toBe('text/plain');
});

test('only some types depend on the content', () => {
  expect(['a.txt', 'a', 'a.html'].map(mediaType).map(dependsOnContent)).toEqual([true, true, true]);
  expect(['a.png', 'a.json', 'a.svg'].map(mediaType).map(dependsOnContent)).toEqual([false, false, false]);
});
