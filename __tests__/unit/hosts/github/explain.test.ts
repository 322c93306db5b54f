import { describe, expect, test } from '@jest/globals';

import { explainReports } from '../../../../src/hosts/github/explain.ts';
import { forgeOf } from '../../../../src/hosts/github/forge.ts';
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
const forge = forgeOf({});
const explain = (...failures: Parameters<typeof explainReports>[0]) =>
  explainReports(failures, { forge, readOnly: false });

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
  expect(explainReports([comment], { forge, readOnly: true }).map(({ code }) => code)).toEqual([
    'fork-token',
  ]);
});

describe('on Gitea and Forgejo', () => {
  const gitea = { forge: forgeOf({ GITEA_ACTIONS: 'true' }), readOnly: false };
  const forgejo = { forge: forgeOf({ GITEA_ACTIONS: 'true', FORGEJO_ACTIONS: 'true' }), readOnly: false };
  const refused = {
    ...comment,
    error: refusal(403, 'token does not have at least one of required scope(s)'),
  };

  test('every 403 is about permissions, and the warning names the forge', () => {
    const [warning] = explainReports([refused, { ...release, error: refusal(403, 'forbidden') }], gitea);
    expect(warning?.code).toBe('missing-permissions');
    expect(warning?.text).toMatch(/: Gitea answered 403 \(token does not have/);
    expect(warning?.details?.slice(1)).toEqual([
      expect.stringMatching(/Gitea 1\.26 or later.*repository's settings/),
      'permissions:',
      '  contents: write',
      '  pull-requests: write',
    ]);
  });

  test('Forgejo has no permissions in the workflow, so the warning names the scopes of a token', () => {
    const [warning] = explainReports([refused], forgejo);
    expect(warning?.details).toEqual([expect.stringMatching(/'github-token'.*write:issue/)]);
    expect([warning?.text, ...(warning?.details ?? [])].join('\n')).not.toContain('permissions:');
  });

  test('no message names GitHub', () => {
    const errors = [401, 403, 404, 500].map((status) => refusal(status, 'no'));
    const late = Object.assign(new Error('late'), { name: 'TimeoutError' });
    const hidden = new NotesUnchanged('there is no release', 'permission');
    for (const run of [gitea, forgejo, { ...gitea, readOnly: true }, { ...forgejo, readOnly: true }]) {
      const failures = [...errors, late, hidden].map((error) => ({ ...release, error }));
      const texts = failures.flatMap((failure) => explainReports([failure], run)).map(({ text }) => text);
      expect(texts).toHaveLength(failures.length);
      expect(texts.join('\n')).not.toContain('GitHub');
    }
  });

  test('the token of a pull request from a fork is read-only', () => {
    const texts = [gitea, forgejo].map(
      (run) => explainReports([refused], { ...run, readOnly: true })[0]?.text ?? '',
    );
    expect(texts[0]).toContain(`'workflow_run'`);
    expect(texts[1]).toContain(`'pull_request_target'`);
    expect(texts[1]).not.toContain(`'workflow_run'`);
  });
});

test('an answer of another form is not shown as an error of JavaScript', () => {
  const error = new TypeError(`Cannot read properties of null (reading 'id')`);
  const [warning] = explain({ ...comment, error });
  expect(warning).toMatchObject({
    code: 'report-not-written',
    text: 'The comment on pull request #7 could not be written: GitHub answered with unexpected content. The upload itself succeeded.',
  });
});
