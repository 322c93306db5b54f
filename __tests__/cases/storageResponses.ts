import { randomBytes } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import { type Fault, type SeenRequest, errorXml, useFaultyStorage } from '../support/faultyServer.ts';
import { folderWith } from '../support/folder.ts';
import { putObjects } from '../support/putObjects.ts';
import { type Subject, errorOf, runSubject } from '../support/subject.ts';

const MiB = 1024 ** 2;

const page = '<!DOCTYPE html><html><head><title>Sign in to the network</title></head></html>';
const portal: Fault = { kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: page };
const withoutEtag: Fault = { kind: 'answer', status: 200 };
const noContent: Fault = {
  kind: 'answer',
  status: 204,
  headers: { etag: '"0f343b0931126a20f133d67c2b018a3b"' },
};
const bareNoContent: Fault = { kind: 'answer', status: 204 };
const otherEtag: Fault = { ...noContent, status: 200 };

const errorWithEtag: Fault = {
  kind: 'answer',
  status: 200,
  headers: { etag: '"0cc175b9c0f1b6a831c399e269772661"' },
  body: errorXml('AccessDenied'),
};

const isWhole = ({ method, query }: SeenRequest) => method === 'PUT' && !query.has('partNumber');
const isPart = ({ method, query }: SeenRequest) => method === 'PUT' && query.has('partNumber');
const isBegin = ({ query }: SeenRequest) => query.has('uploads');
const isComplete = ({ method, query }: SeenRequest) => method === 'POST' && query.has('uploadId');
const named = (name: string) => (request: SeenRequest) =>
  isWhole(request) && request.key.endsWith(`/${name}`);

/** A file counts as stored only after a response like that of a storage. */
export function storageResponseCases(subject: () => Subject): void {
  const storage = useFaultyStorage(subject);

  const upload = (files: Record<string, string | Buffer>, inputs: Record<string, string> = {}) =>
    runSubject(subject(), 'upload', { path: '.', destination: 'd', ...inputs }, { cwd: folderWith(files) });
  const keys = async () =>
    (await subject().platform.store.list(buckets.outputs, 'ci/d/')).map(({ key }) => key);

  const small = { 'a.txt': 'a', 'b.txt': 'b', 'index.html': '<p>' };
  const large = { 'large.bin': randomBytes(20 * MiB) };

  describe('nothing counts as stored, and nothing is deleted, if', () => {
    test.each<[string, (request: SeenRequest) => boolean, Fault, Record<string, string | Buffer>, RegExp]>([
      [
        'a file',
        named('a.txt'),
        portal,
        small,
        /^a\.txt could not .*: NotS3 200: .*text\/html: a web page, "Sign in to the network"/,
      ],
      ['a file', named('a.txt'), noContent, small, /^a\.txt could not .*: NotS3 204: /],
      ['a file', named('a.txt'), bareNoContent, small, /^a\.txt could not .*: NotS3 204: /],
      ['a file', named('a.txt'), withoutEtag, small, /^a\.txt could not .*: NotS3 200: /],
      ['a file', named('a.txt'), otherEtag, small, /^a\.txt could not .*: OtherContent 200: /],
      ['a file', named('a.txt'), errorWithEtag, small, /^a\.txt could not .*: AccessDenied 200: /],
      ['an entry page', named('index.html'), portal, small, /^index\.html could not .*: NotS3 200: /],
      ['the index page', named('_links.html'), portal, small, /_links\.html could not be written: NotS3/],
      [
        'the worker of a preview',
        named('_preview-worker.js'),
        noContent,
        small,
        /_preview-worker\.js could not .*: NotS3 204/,
      ],
      [
        'the page of a preview',
        named('_preview.html'),
        otherEtag,
        small,
        /_preview\.html could not .*: OtherContent/,
      ],
      ['checksums', named('SHA256SUMS'), portal, small, /^SHA256SUMS could not .*: NotS3/],
      ['the beginning of a large file', isBegin, portal, large, /^large\.bin could not .*: NotS3/],
      ['a part', isPart, portal, large, /^large\.bin could not .*: NotS3 200/],
      ['a part', isPart, withoutEtag, large, /^large\.bin could not .*: NotS3 200/],
      ['a part', isPart, noContent, large, /^large\.bin could not .*: NotS3 204/],
      ['a part', isPart, otherEtag, large, /^large\.bin could not .*: OtherContent/],
      ['the end of a large file', isComplete, portal, large, /^large\.bin could not .*: NotS3/],
      ['the end of a large file', isComplete, noContent, large, /^large\.bin could not .*: NotS3 204/],
    ])('%s gets a response that is not from S3', async (_, wanted, fault, files, says) => {
      await putObjects(subject().platform, { 'ci/d/old.txt': 'old' });
      storage.decide = (request) => (wanted(request) ? fault : undefined);
      const run = await upload(files, { 'delete-stale': 'true', checksums: 'true', preview: 'true' });
      expect(run.exitCode).toBe(1);
      expect(errorOf(run)).toMatch(says);
      expect(run.outputs).toEqual({});
      expect(storage.requests.some(({ query }) => query.has('delete'))).toBe(false);
      expect(await keys()).toContain('ci/d/old.txt');
    });
  });

  test('the error for a captive portal names a login page, at the first request', async () => {
    storage.decide = () => portal;
    for (const action of ['upload', 'links', 'remove'] as const) {
      const cwd = folderWith(small);
      const inputs = action === 'upload' ? { path: '.' } : {};
      const run = await runSubject(subject(), action, { ...inputs, destination: 'd' }, { cwd });
      expect([run.exitCode, run.outputs]).toEqual([1, {}]);
      expect(errorOf(run)).toMatch(
        /^Bucket 'gep-build-outputs' could not be read: NotS3 200: .*\n.*login page/,
      );
    }
    expect(storage.requests).toHaveLength(3);
  });

  test('an object that the server encrypts with its key has an ETag that is not an MD5', async () => {
    const encrypted = { etag: '"of the server"', 'x-amz-server-side-encryption': 'aws:kms' };
    storage.decide = (request) =>
      isWhole(request) ? { kind: 'answer', status: 200, headers: encrypted } : undefined;
    const run = await upload({ 'a.txt': 'a' }, { links: 'none' });
    expect([run.exitCode, errorOf(run), run.outputs['uploaded-count']]).toEqual([0, '', '1']);
  });

  test.each<[string, (etag: string) => string]>([
    ['weak, as from compressing proxies', (etag) => `W/"${etag}"`],
    ['in capitals and without quotes', (etag) => etag.toUpperCase()],
  ])('an ETag in another format is equal: %s', async (_, write) => {
    storage.decide = (request) =>
      isWhole(request) && request.headers['content-md5']
        ? {
            kind: 'answer',
            status: 200,
            headers: {
              etag: write(Buffer.from(String(request.headers['content-md5']), 'base64').toString('hex')),
            },
          }
        : undefined;
    const run = await upload({ 'a.txt': 'a' }, { links: 'none' });
    expect([run.exitCode, errorOf(run), run.outputs['uploaded-count']]).toEqual([0, '', '1']);
  });

  test.each([
    [
      'XMinioAdminBucketQuotaExceeded',
      400,
      /: XMinioAdminBucketQuotaExceeded 400: .*\nThe workspace is full\. Delete what/,
    ],
    ['QuotaExceeded', 403, /\nThe workspace is full\. Delete what/],
    ['', 507, /: HTTP 507: .*\nThe workspace is full\. Delete what/],
  ])('the error for an exceeded quota names it: %s %d', async (code, status, says) => {
    const body = code ? errorXml(code) : '';
    storage.decide = (request) => (isWhole(request) ? { kind: 'answer', status, body } : undefined);
    expect(errorOf(await upload({ 'a.txt': 'a' }))).toMatch(says);
  });

  test('the error for an unexpected 412 does not mention overwrite: never', async () => {
    storage.decide = (request) =>
      isWhole(request) ? { kind: 'answer', status: 412, body: errorXml('PreconditionFailed') } : undefined;
    const run = await upload({ 'a.txt': 'a' }, { overwrite: 'always' });
    expect(errorOf(run)).toMatch(
      /^a\.txt could not .*: PreconditionFailed 412: .*\nA policy of the bucket, or a proxy,/,
    );
    expect(errorOf(run)).not.toContain('never');
  });
}
