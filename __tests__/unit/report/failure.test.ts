import { expect, test } from '@jest/globals';

import { failureSummary } from '../../../src/report/failure.ts';
import { registerSecret } from '../../../src/text/secrets.ts';

const run = { commit: '', commitUrl: () => '', url: '' };
const text = { step: 'upload', run, isCancelled: false, now: 0 } as const;

test('the summary of a failed run shows no secret, also if its characters are escaped', () => {
  registerSecret('eyJ_s3cr3t=+:value');
  const summary = failureSummary('Docs', text, new Error('bad header eyJ_s3cr3t=+:value'));
  expect(summary).toContain('bad header &#42;&#42;&#42;.');
  expect(summary).not.toContain('s3cr3t');
});

test('the summary of a run that opens too many files says how to raise the limit', () => {
  const error = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  expect(failureSummary('Docs', text, error)).toMatch(/Raise the limit of open files .*ulimit -n/);
});
