import { expect, test } from '@jest/globals';

import { isActive } from '../../../src/preview/active.ts';

const inline = {};
const attachment = { 'content-disposition': 'Attachment; filename="a"' };

test.each([
  ...[
    'text/html',
    'TEXT/HTML; charset=utf-8',
    'application/xhtml+xml',
    'image/svg+xml',
    'text/xml',
    'application/xml',
  ],
  ...[
    'application/rss+xml',
    'application/mathml+xml',
    'text/xsl',
    'multipart/x-mixed-replace',
    'multipart/related',
  ],
  ...['message/rfc822', '', 'html', '*/*', 'unknown/unknown', 'application/unknown'],
])('a browser that opens %j may run it, unless it is an attachment', (contentType) => {
  expect(isActive({ contentType, headers: inline })).toBe(true);
  expect(isActive({ contentType, headers: { 'content-disposition': 'inline' } })).toBe(true);
  expect(isActive({ contentType, headers: attachment })).toBe(false);
});

test.each([
  'text/javascript',
  'application/javascript; charset=utf-8',
  'application/x-javascript',
  'text/ecmascript',
])('a browser takes %j for a worker, as an attachment too', (contentType) => {
  expect(isActive({ contentType, headers: inline })).toBe(true);
  expect(isActive({ contentType, headers: attachment })).toBe(true);
});

test.each([
  'application/octet-stream',
  'text/plain',
  'text/css',
  'image/png',
  'application/pdf',
  'application/json',
  'application/wasm',
])('a browser runs nothing in %j', (contentType) => {
  expect(isActive({ contentType, headers: inline })).toBe(false);
});
