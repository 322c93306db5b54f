import { expect, test } from '@jest/globals';

import type { Host } from '../../../src/hosts/host.ts';
import type { CommentBody, Reporter } from '../../../src/hosts/reporter.ts';
import { openStepReports } from '../../../src/report/stepReports.ts';

const run: Host['run'] = {
  url: 'https://host.example/runs/1',
  label: undefined,
  workflow: 'Pages',
  commit: 'c0ffee1',
  commitUrl: (commit) => `https://host.example/commits/${commit}`,
  pull: 7,
  origin: undefined,
  isPublic: undefined,
  isForFork: false,
};

const reports = {
  comment: true,
  commentKey: undefined,
  pullRequest: undefined,
  environment: 'preview',
  release: undefined,
  githubToken: 'token',
};

/** Reports of a step on a plain object as host, and its warnings. */
async function open(reporter: Partial<Reporter>) {
  const warnings: string[] = [];
  const silent = () => undefined;
  const log: Host['log'] = {
    debug: silent,
    info: silent,
    notice: silent,
    warning: (code, text) => warnings.push(`${code}: ${[text].flat().join('\n')}`),
    group: silent,
    openGroup: () => silent,
  };
  const whole: Reporter = {
    explain: (failures) =>
      failures.map(({ kind, name, error }) => ({
        code: 'report-not-written',
        text: `${kind} ${name}: ${String(error)}`,
      })),
    close: () => Promise.resolve(),
    ...reporter,
  };
  const options = { workspace: 'w', destination: 'd', title: undefined, certificates: [], reports };
  const opened = await openStepReports({ name: 'Host', log, run }, () => Promise.resolve(whole), options, {
    now: () => 0,
    signal: new AbortController().signal,
  });
  return { opened, warnings };
}

const removed = { headline: 'Removed 2 files', s3Uri: 's3://bucket/d/' };

test('a kind of report that the host does not have is one warning, and the other kinds are written', async () => {
  const written: string[] = [];
  const { opened, warnings } = await open({
    comments: {
      limit: 1_000,
      findPull: (given) => Promise.resolve(given ?? 7),
      upsert: (pull: number, marker: string, body: CommentBody, create: boolean) => {
        const text = body(undefined);
        written.push(`#${pull} ${String(create)} ${String(text.startsWith(marker))}`);
        return Promise.resolve(42);
      },
    },
  });
  expect(await opened.showRemoval(removed)).toEqual({ 'comment-id': 42, 'deployment-id': '' });
  expect(written).toEqual(['#7 false true']);
  expect(warnings).toEqual([
    `reports-unsupported: The deployment was not written: Host has no deployments. Remove input 'environment'.`,
  ]);
});

test("a report that fails is a warning in the host's words", async () => {
  const refuse = () => Promise.reject(new Error('no'));
  const { opened, warnings } = await open({
    comments: { limit: 1_000, findPull: refuse, upsert: refuse },
    deployments: { begin: refuse, active: refuse, finish: refuse, deactivate: refuse },
  });
  expect(await opened.showRemoval(removed)).toEqual({ 'comment-id': '', 'deployment-id': '' });
  expect(warnings.sort()).toEqual([
    'report-not-written: comment on pull request #7: Error: no',
    'report-not-written: deployment preview: Error: no',
  ]);
});
