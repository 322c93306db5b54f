import { expect, test } from '@jest/globals';

import { failureSummary } from '../../../src/report/failure.ts';
import { registerSecret } from '../../../src/text/secrets.ts';

test('the summary of a failed run shows no secret, also if its characters are escaped', () => {
  registerSecret('eyJ_s3cr3t=+:value');
  const run = { commit: '', commitUrl: () => '', url: '' };
  const text = { step: 'upload', run, isCancelled: false, now: 0 } as const;
  const summary = failureSummary('Docs', text, new Error('bad header eyJ_s3cr3t=+:value'));
  expect(summary).toContain('bad header &#42;&#42;&#42;.');
  expect(summary).not.toContain('s3cr3t');
});
