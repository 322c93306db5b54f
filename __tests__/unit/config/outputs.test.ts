import { expect, test } from '@jest/globals';

import { noReportIds, setOutputs } from '../../../src/config/outputs.ts';
import { failureOf } from '../failure.ts';

test('sets all outputs of a step', () => {
  const set = new Map<string, string | number>();
  const host = { output: (name: string, value: string | number) => void set.set(name, value) };
  setOutputs(host, { ...noReportIds, 's3-uri': 's3://b/d/', 'deleted-count': 2 });
  expect([...set]).toEqual([
    ['comment-id', ''],
    ['deployment-id', ''],
    ['s3-uri', 's3://b/d/'],
    ['deleted-count', 2],
  ]);
});

test('sets the other outputs if some cannot be set, and then names those with the first reason', () => {
  const set: string[] = [];
  const full = new Error('no space left');
  const host = {
    output: (name: string) => {
      if (name === 'user') set.push(name);
      else throw set.length === 0 ? full : new Error('a later reason');
    },
  };
  const error = failureOf(() =>
    setOutputs(host, { 'download-path': '/d', 'file-count': 1, user: 'ada', 'total-bytes': 1 }),
  );
  expect(set).toEqual(['user']);
  expect(error).toMatchObject({
    code: 'outputs-not-set',
    message: 'The outputs download-path, file-count, total-bytes could not be set: no space left',
    hint: 'Free space on this runner, and run the job again.',
    cause: full,
  });
});
