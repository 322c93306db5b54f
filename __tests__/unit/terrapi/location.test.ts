import { describe, expect, test } from '@jest/globals';

import { locate } from '../../../src/terrapi/location.ts';
import { failureOf } from '../failure.ts';
import { point } from './localWorkspace.ts';

describe('the location of a workspace', () => {
  const expected = { bucket: 'gep-processing-results', prefix: 'a2s/', region: undefined };

  test('is read from its properties', () => {
    expect(locate(point, false)).toEqual({ ...expected, endpoint: new URL('https://s3.gep.terradue.com/') });
    const properties = { ...point.properties, region: ['fr-par'], service_url: ['https://other.example'] };
    expect(locate({ ...point, properties }, false)).toMatchObject({
      region: 'fr-par',
      endpoint: new URL('https://other.example'),
    });
  });

  test.each([
    [
      'storage_url',
      { ...point, resource_uris: null, properties: { storage_url: ['s3://gep-processing-results/a2s/'] } },
    ],
    ['resource_uris', { ...point, properties: null }],
    [
      'resource_uris without a slash',
      { ...point, properties: {}, resource_uris: ['s3://gep-processing-results/a2s'] },
    ],
    [
      'properties that are empty',
      { ...point, properties: { bucket: [], key: [''], service_url: null, storage_url: [7] } },
    ],
  ])('is read from %s', (_, other) => {
    expect(locate(other, false)).toMatchObject({
      ...expected,
      endpoint: new URL('https://s3.gep.terradue.com/'),
    });
  });

  test.each([
    [['/a2s/b//'], 'a2s/b/'],
    [['/'], ''],
  ])('has a prefix that is empty or ends in a slash: %j', (key, prefix) => {
    expect(locate({ ...point, properties: { ...point.properties, key } }, false).prefix).toBe(prefix);
  });

  test.each([
    ['no bucket', { ...point, properties: null, resource_uris: [] }, 'bucket none'],
    ['no endpoint', { ...point, properties: null, endPoint: null }, 'endpoint none'],
    ['an endpoint that is not a URL', { ...point, properties: null, endPoint: 's3' }, 'endpoint s3'],
    ['plain http', { ...point, properties: null, endPoint: 'http://s3.example' }, 'not https'],
    [
      'plain http to this machine',
      { ...point, properties: null, endPoint: 'http://127.0.0.1:9000' },
      'has the storage endpoint http://127.0.0.1:9000, which is plain http to this machine, but the platform is not on this machine',
    ],
    [
      'a user',
      { ...point, properties: { service_url: ['https://me:pw@s3.example/'] } },
      'has the storage endpoint https://s3.example, which contains a user name or password',
    ],
  ])('with %s is an error', (_, other, said) => {
    const error = failureOf(() => locate(other, false));
    expect(error.code).toBe('workspace-misconfigured');
    expect(error.message).toContain(said);
  });

  test.each([
    ['a bucket with a path', { bucket: ['a/../b'] }, `the bucket 'a/../b', which is not a valid`],
    ['a bucket with a query', { bucket: ['a?b'] }, `the bucket 'a?b'`],
    ['a bucket with a control character', { bucket: ['a\nb'] }, `the bucket 'a\\u000ab'`],
    ['a bucket of dots', { bucket: ['..'] }, `the bucket '..'`],
    ['a bucket that is a URI', { bucket: ['s3://b'] }, `the bucket 's3://b'`],
    ['a prefix that leads upwards', { key: ['a2s/../other/'] }, `the prefix 'a2s/../other', which has`],
    ['a prefix that is a dot', { key: ['.'] }, `the prefix '.'`],
    ['a prefix with an empty segment', { key: ['a//b/'] }, `the prefix 'a//b'`],
    ['a prefix with a control character', { key: ['a\u0000b/'] }, `the prefix 'a\\u0000b'`],
    ['a prefix with a line break', { key: ['a\n::error::x/'] }, `the prefix 'a\\u000a::error::x'`],
    ['a prefix with half a character', { key: ['a\ud800/'] }, `the prefix 'a`],
    ['a prefix that is not text', { key: [7] }, `a prefix (property 'key') that is not text`],
    ['a region with a path', { region: ['fr-par/s3'] }, `the region 'fr-par/s3', which is not a valid`],
    ['a region with a line break', { region: ['fr\npar'] }, `the region 'fr\\u000apar'`],
    [
      'an endpoint with a query',
      { service_url: ['https://s3.example/?x'] },
      `the storage endpoint 'https://s3.example/?x'`,
    ],
    [
      'an endpoint with a line break',
      { service_url: ['https://s3.ex\nample'] },
      `the storage endpoint 'https://s3.ex\\u000aample', which has white space`,
    ],
  ])('with %s is an error that names it', (_, properties, said) => {
    const error = failureOf(() =>
      locate({ ...point, properties: { ...point.properties, ...properties } }, true),
    );
    expect(error.code).toBe('workspace-misconfigured');
    expect(error.message).toContain(`Workspace 'gep-w' has ${said}`);
  });

  test.each([
    ['https://s3.example//', 'https://s3.example/'],
    ['https://s3.example//base//s3//', 'https://s3.example/base/s3/'],
  ])('has no repeated slashes: %s', (service_url, endpoint) => {
    const properties = { ...point.properties, service_url: [service_url] };
    expect(locate({ ...point, properties }, true).endpoint.href).toBe(endpoint);
  });

  test('may be plain http on this machine if the platform is on this machine', () => {
    const place = locate({ ...point, properties: null, endPoint: 'http://localhost:9000' }, true);
    expect(place.endpoint.port).toBe('9000');
    const other = { ...point, properties: null, endPoint: 'http://0.0.0.0:9000' };
    expect(failureOf(() => locate(other, true)).message).toContain('is not https');
  });
});
