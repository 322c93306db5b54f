import { expect, test } from '@jest/globals';

import { explainReports } from '../../../../src/hosts/github/explain.ts';
import { NoPull } from '../../../../src/hosts/github/pullrequest.ts';
import { NotesUnchanged } from '../../../../src/hosts/github/release.ts';

/** Octokit's error for an error response of GitHub. */
function refusal(status: number, message: string): Error {
  return Object.assign(new Error(message), { name: 'HttpError', status, response: { headers: {} } });
}

const denied = refusal(403, 'Resource not accessible by integration');
const comment = { kind: 'comment', name: 'on pull request #7', error: denied } as const;
const deployment = { kind: 'deployment', name: 'preview', error: denied } as const;
const release = { kind: 'release', name: 'v1', error: denied } as const;
const explain = (...failures: Parameters<typeof explainReports>[0]) =>
  explainReports(failures, { readOnly: false });

test('one warning lists all missing permissions, each once', () => {
  const [warning, ...others] = explain(comment, deployment, release);
  expect(others).toEqual([]);
  expect(warning?.code).toBe('missing-permissions');
  expect(warning?.text).toMatch(/^The comment on pull request #7 could not be written: GitHub answered 403/);
  expect(warning?.details).toEqual([
    expect.stringMatching(/^The deployment to 'preview' could not be written: /),
    expect.stringMatching(/^The notes of release 'v1' could not be written: /),
    'Add these permissions to the job:',
    'permissions:',
    '  contents: write',
    '  deployments: write',
    '  pull-requests: write',
  ]);
});

test('the warning for one report lists its permissions and that of a checkout', () => {
  expect(explain(comment)[0]?.details?.slice(1)).toEqual([
    'permissions:',
    '  contents: read',
    '  pull-requests: write',
  ]);
  expect(explain(deployment)[0]?.details?.slice(1)).toEqual([
    'permissions:',
    '  contents: read',
    '  deployments: write',
  ]);
});

test('a draft release that the token cannot see is a missing permission', () => {
  const hidden = { ...release, error: new NotesUnchanged('there is no release', 'permission') };
  expect(explain(hidden, comment).map(({ code }) => code)).toEqual(['missing-permissions']);
});

test('each other cause has a separate warning', () => {
  const warnings = explain(
    comment,
    { ...deployment, error: refusal(503, 'down') },
    { ...comment, error: new NoPull('the event is about none') },
    { ...release, error: new NotesUnchanged('a marker is missing', 'mending') },
    { ...deployment, error: refusal(401, 'Bad credentials') },
  );
  expect(warnings.map(({ code }) => code)).toEqual([
    'missing-permissions',
    'report-not-written',
    'no-pull-request',
    'release-notes',
    'github-token',
  ]);
  expect(explainReports([comment], { readOnly: true }).map(({ code }) => code)).toEqual(['fork-token']);
});
