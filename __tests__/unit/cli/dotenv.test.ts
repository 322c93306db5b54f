import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { dotenvText, writeDotenv } from '../../../src/cli/dotenv.ts';
import { inputsOf, variableOf } from '../../../src/cli/inputs.ts';

const job = 'https://gitlab.example.org/acme/site/-/jobs/11';
const outputs = (changes: Readonly<Record<string, string | number>> = {}) =>
  new Map(
    Object.entries({
      url: 'https://s3.example/a',
      preview: 'true',
      urls: '{}',
      'links-file': '/tmp/links.json',
      'expires-at': '2026-11-26T12:00:00Z',
      's3-uri': 's3://bucket/ci/',
      'file-count': 2,
      'total-bytes': 16,
      'uploaded-count': 2,
      'unchanged-count': 0,
      'deleted-count': 0,
      'comment-id': '',
      ...changes,
    }),
  );

const variables = (text: string) =>
  Object.fromEntries(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(/=(.*)/s, 2)),
  ) as Record<string, string>;

describe('the variables for a dotenv report', () => {
  test('are the outputs that later jobs need, one a line', () => {
    expect(variables(dotenvText(outputs(), job))).toEqual({
      TERRAPI_S3_URI: 's3://bucket/ci/',
      TERRAPI_EXPIRES_AT: '2026-11-26T12:00:00Z',
      TERRAPI_FILE_COUNT: '2',
      TERRAPI_TOTAL_BYTES: '16',
      TERRAPI_UPLOADED_COUNT: '2',
      TERRAPI_UNCHANGED_COUNT: '0',
      TERRAPI_DELETED_COUNT: '0',
      TERRAPI_COMMENT_ID: '',
      TERRAPI_ENVIRONMENT_URL: 'https://s3.example/a',
      TERRAPI_URL: 'https://s3.example/a',
    });
  });

  test('are never inputs, because later jobs inherit them', () => {
    const inputs = Object.values(inputsOf).flatMap((list) => list.map(({ name }) => variableOf(name)));
    const names = Object.keys(variables(dotenvText(outputs(), job)));
    expect(names.filter((name) => inputs.includes(name))).toEqual([]);
    expect(names.length).toBeLessThanOrEqual(20);
  });

  test('have the page of the job as environment URL, if the link is longer than 255 characters', () => {
    const link = (length: number) => 'https://s3.example/'.padEnd(length, 'a');
    const environment = (url: string, page = job) =>
      variables(dotenvText(outputs({ url }), page))['TERRAPI_ENVIRONMENT_URL'];
    expect(environment(link(255))).toBe(link(255));
    expect(environment(link(256))).toBe(job);
    expect(environment('')).toBe(job);
    expect(environment(link(256), '')).toBeUndefined();
  });

  test('have the link only if the file stays below 5 KiB', () => {
    const sizes = [4_000, 4_900, 5_200].map((length) => {
      const text = dotenvText(outputs({ url: 'https://s3.example/'.padEnd(length, 'a') }), job);
      expect(Buffer.byteLength(text)).toBeLessThan(5 * 1024);
      expect(variables(text)).toHaveProperty('TERRAPI_S3_URI');
      return 'TERRAPI_URL' in variables(text);
    });
    expect(sizes).toEqual([true, false, false]);
  });

  test('leave out what GitLab would change: line breaks, dollar signs, spaces at an end', () => {
    for (const uri of ['s3://bucket/a\nTERRAPI_X=1', 's3://bucket/$HOME/', 's3://bucket/a '])
      expect(variables(dotenvText(outputs({ 's3-uri': uri }), job))).not.toHaveProperty('TERRAPI_S3_URI');
  });

  test('of a removal have no link', () => {
    const removal = new Map<string, string | number>([
      ['s3-uri', 's3://bucket/ci/'],
      ['deleted-count', 3],
    ]);
    expect(dotenvText(removal, job)).toBe('TERRAPI_S3_URI=s3://bucket/ci/\nTERRAPI_DELETED_COUNT=3\n');
  });

  test('are written to the file; an error names it', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'dotenv-'));
    writeDotenv(path.join(folder, 'a.env'), 'A=1\n');
    expect(readFileSync(path.join(folder, 'a.env'), 'utf8')).toBe('A=1\n');
    expect(() => writeDotenv(path.join(folder, 'none', 'a.env'), '')).toThrow(
      expect.objectContaining({
        code: 'outputs-not-set',
        message: expect.stringContaining(path.join('none', 'a.env')),
      }),
    );
  });
});
