import { expect, test } from '@jest/globals';

import { isActiveContent } from '../../../src/preview/activeContent.ts';

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
])('%j is active content, except as an attachment', (contentType) => {
  expect(isActiveContent({ contentType, headers: inline })).toBe(true);
  expect(isActiveContent({ contentType, headers: { 'content-disposition': 'inline' } })).toBe(true);
  expect(isActiveContent({ contentType, headers: attachment })).toBe(false);
});

test.each([
  'text/javascript',
  'application/javascript; charset=utf-8',
  'application/x-javascript',
  'text/ecmascript',
])('%j is active content, also as an attachment, because it may become a service worker', (contentType) => {
  expect(isActiveContent({ contentType, headers: inline })).toBe(true);
  expect(isActiveContent({ contentType, headers: attachment })).toBe(true);
});

test.each([
  'application/octet-stream',
  'text/plain',
  'text/css',
  'image/png',
  'application/pdf',
  'application/json',
  'application/wasm',
])('%j is not active content', (contentType) => {
  expect(isActiveContent({ contentType, headers: inline })).toBe(false);
});
