import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { linkExpiry } from '../../src/links/linkExpiry.ts';
import { linkProblem, linkTemplate } from '../../src/links/urlChecks.ts';
import { describeStorageError } from '../../src/storage/errorDescription.ts';
import { createPageCheck, isBefore, readPage, urlDecode } from '../../src/storage/listingPage.ts';
import { createClock } from '../../src/http/clock.ts';
import { responseError } from '../../src/storage/clockSkew.ts';
import { StorageError, storageError, storageClassifier } from '../../src/storage/s3Error.ts';
import { storedCheck } from '../../src/storage/storedCheck.ts';
import { element, elements, escape } from '../../src/storage/xml.ts';
import { registerSecret } from '../../src/text/secrets.ts';
import { damagedText, hostileText, longText, nearly, secret } from './arbitraries.ts';
import { checkError, checkText, fuzz, isLinear } from './properties.ts';
import type { WireResponse } from '../../src/storage/wire.ts';

const prefix = 'ci/site/';
const endpoint = new URL('https://storage.example.org');

const entry = fc
  .record({
    key: fc.oneof(
      { weight: 4, arbitrary: nearly('ci/site/a.txt', 'ci/site/b/c.html', 'ci/site/') },
      hostileText.map((text) => `ci/site/${text}`),
    ),
    size: nearly('7', '0', '5368709120'),
    time: nearly('2026-01-01T00:00:00.000Z'),
    etag: nearly('&quot;d41d8cd98f00b204e9800998ecf8427e&quot;', '&#34;abc-2&#34;'),
    encoded: fc.boolean(),
  })
  .map(
    ({ key, size, time, etag, encoded }) =>
      `<Contents><Key>${encoded ? encodeURIComponent(key.toWellFormed()) : escape(key)}</Key><LastModified>${time}</LastModified><ETag>${etag}</ETag><Size>${size}</Size></Contents>`,
  );
const listing = fc
  .record({
    entries: fc.array(entry, { maxLength: 4 }),
    encoding: fc.constantFrom('<EncodingType>url</EncodingType>', ''),
    truncated: nearly('<IsTruncated>false</IsTruncated>', '<IsTruncated>true</IsTruncated>', ''),
    token: nearly('<NextContinuationToken>1ueGcxLPRx1Tr</NextContinuationToken>', ''),
  })
  .map(
    ({ entries, encoding, truncated, token }) =>
      `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>${encoding}${truncated}${token}${entries.join('')}</ListBucketResult>`,
  );
const errorXml = nearly(
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied ${secret}</Message><RequestId>7</RequestId><Region>eu-1</Region></Error>`,
  '<Error><Code>RequestTimeTooSkewed</Code><Message>late</Message><ServerTime>2026-01-01T00:00:00Z</ServerTime></Error>',
  '<html><title>Sign in</title></html>',
  '{"message": "quota"}',
);
const headers = fc.dictionary(
  fc.constantFrom(
    'etag',
    'date',
    'content-type',
    'retry-after',
    'x-amz-bucket-region',
    'x-minio-error-code',
    'x-minio-error-desc',
    'x-amz-checksum-crc32',
    'x-amz-server-side-encryption',
  ),
  fc.oneof(
    nearly(
      '"d41d8cd98f00b204e9800998ecf8427e"',
      'text/html; charset=utf-8',
      'Wed, 21 Oct 2015 07:28:00 GMT',
      'eu-1',
      '5',
    ),
    fc.constant(['a', 'b'] as unknown as string),
  ),
);
const status = fc.constantFrom(200, 200, 200, 204, 301, 302, 307, 400, 403, 404, 412, 413, 500, 503, 507);
const answered = (body: fc.Arbitrary<string>): fc.Arbitrary<WireResponse> =>
  fc
    .record({ status, headers, body: fc.oneof({ weight: 5, arbitrary: body }, hostileText, longText) })
    .map((answer) => ({ ...answer, received: answer.body.length }));

/** Runs code that may fail with an error of the storage, which is described like one of a run. */
function storageFails(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    storageClassifier(createClock())(error);
    checkError(describeStorageError('Objects could not be listed', { endpoint }, error));
  }
}

describe('answers of the storage', () => {
  fuzz('a listing has only keys below its prefix', answered(damagedText(listing)), (answer) => {
    registerSecret(secret);
    storageFails(() => {
      const page = readPage(answer, prefix);
      const check = createPageCheck(prefix);
      for (const { key, size, lastModified, etag } of page.objects) {
        if (!key.startsWith(prefix) || key.split('/').some((segment) => segment === '..' || segment === '.'))
          throw new Error(`Outside: ${key}`);
        if (!Number.isSafeInteger(size) || size < 0 || Number.isNaN(lastModified) || etag.includes('"'))
          throw new Error('Not an object');
      }
      const next = check(page);
      for (const [index, { key }] of page.objects.entries()) {
        const before = page.objects[index - 1];
        if (before && !isBefore(before.key, key)) throw new Error('Not sorted');
      }
      if (next) storageFails(() => check(page));
    });
  });

  fuzz('an error is described', answered(errorXml), (answer) => {
    registerSecret(secret);
    const error = storageError(answer.status, answer.headers, answer.body);
    checkError(describeStorageError('File a.txt could not be uploaded', { endpoint }, error));
    checkError(
      describeStorageError(
        'File a.txt could not be uploaded',
        { endpoint },
        responseError(answer, Date.now(), createClock(), 3),
      ),
    );
  });

  fuzz(
    'a write counts as stored only with the ETag of its content',
    answered(
      nearly(
        '',
        '<CompleteMultipartUploadResult><ETag>"d41d8cd98f00b204e9800998ecf8427e"</ETag></CompleteMultipartUploadResult>',
        '<Error><Code>InternalError</Code></Error>',
      ),
    ),
    (answer) => {
      const etag = 'd41d8cd98f00b204e9800998ecf8427e';
      storageFails(() => {
        const stored = storedCheck({ etag: () => etag })(answer);
        const isEncrypted = String(answer.headers['x-amz-server-side-encryption'] ?? '').startsWith(
          'aws:kms',
        );
        expect([answer.status, isEncrypted || stored.toLowerCase()]).toEqual([200, isEncrypted || etag]);
      });
    },
  );

  fuzz(
    'elements are parts of the document',
    fc.oneof(damagedText(listing), errorXml, hostileText, longText),
    (xml) => {
      let end = 0;
      for (const content of elements(xml, 'Contents')) {
        end += content.length;
        element(content, 'Key');
      }
      expect(end <= xml.length).toBe(true);
      for (const name of ['Key', 'Code', '__proto__', 'toString']) element(xml, name);
      urlDecode(xml);
    },
  );

  test('are read in linear time', () => {
    const parts = [
      '<Contents>',
      '</Contents>',
      '<Key>',
      '<Key><',
      '&',
      '&#',
      '&#34;',
      '&amp',
      '<',
      '>',
      '<Contents><Key>',
      '%',
      '%zz',
      '<title>',
      '<Code>',
      '/.',
      'ci/site/',
    ];
    for (const part of parts) {
      isLinear(
        (length) => part.repeat(length / part.length),
        (xml) => {
          for (const content of elements(xml, 'Contents')) element(content, 'Key');
          element(xml, 'Key');
          urlDecode(xml);
          storageError(403, {}, xml);
          try {
            readPage(
              { status: 200, headers: {}, body: `<ListBucketResult>${xml}</ListBucketResult>`, received: 1 },
              prefix,
            );
          } catch {
            // Only the time matters.
          }
        },
        200_000,
      );
    }
  });
});

const link = fc.oneof(
  {
    weight: 4,
    arbitrary: nearly(
      'https://storage.example.org/bucket/ci/site/a.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260101T000000Z&X-Amz-Expires=900&X-Amz-Signature=ab',
      `https://storage.example.org/bucket/ci/site/a.txt?AWSAccessKeyId=A&Expires=1900000000&Signature=${secret}`,
      `https://storage.example.org/bucket/ci/site/a.txt?X-Amz-Date=20260101T000000Z&X-Amz-Expires=900&X-Amz-Security-Token=x.${Buffer.from('{"exp":1e300}').toString('base64url')}.y`,
      'http://localhost:9000/bucket/ci/site/a.txt',
      'http://127.0.0.1:9000/bucket/ci/site/a.txt',
    ),
  },
  hostileText,
);

describe('presigned URLs', () => {
  fuzz(
    'lead to an allowed host, and expire at a valid time',
    fc.tuple(link, fc.boolean()),
    ([text, plainHttp]) => {
      registerSecret(secret);
      const problem = linkProblem(text, plainHttp);
      if (problem !== undefined) {
        checkText(problem);
        return;
      }
      const url = new URL(text);
      const isLocal = /^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|\[::1\])\.?$/.test(url.hostname);
      expect([url.username, url.protocol === 'https:' || (plainHttp && isLocal)]).toEqual(['', true]);
      const expiry = linkExpiry(url.href);
      if (expiry !== undefined) expect(new Date(expiry).toISOString()).toBeTruthy();
      const template = linkTemplate(url, 'ci/site/a.txt');
      if (template !== undefined) expect(template.startsWith(`${url.origin}/`)).toBe(true);
    },
  );
  test('are checked in linear time', () => {
    for (const part of ['a', '%', '%41', '&', '=', '?', '&X-Amz-Date=1', '/'])
      isLinear(
        (length) => `https://h.example/${part.repeat(length / part.length)}`,
        (text) => {
          linkProblem(text, false);
          linkExpiry(text);
          linkTemplate(new URL(text), 'a');
        },
        100_000,
      );
  });
});
