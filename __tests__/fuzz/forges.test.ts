import { describe, expect } from '@jest/globals';
import fc from 'fast-check';

import { type GithubClient, pagesOf } from '../../src/hosts/github/api.ts';
import { upsertComment } from '../../src/hosts/github/comment.ts';
import {
  activeDeployment,
  beginDeployment,
  deactivate,
  endDeployment,
} from '../../src/hosts/github/deployment.ts';
import { explainReports } from '../../src/hosts/github/explain.ts';
import { forgeOf } from '../../src/hosts/github/forge.ts';
import { findPull } from '../../src/hosts/github/pullrequest.ts';
import { editRelease } from '../../src/hosts/github/release.ts';
import { readRun } from '../../src/hosts/gitlab/run.ts';
import { type GitlabClient, GitlabError, nextPage } from '../../src/hosts/gitlab/api.ts';
import { explainReports as explainGitlab } from '../../src/hosts/gitlab/explain.ts';
import { upsertNote } from '../../src/hosts/gitlab/note.ts';
import { putReleaseLinks } from '../../src/hosts/gitlab/releaseLinks.ts';
import type { ReportKind } from '../../src/hosts/reporter.ts';
import { putBlock } from '../../src/report/releaseBlock.ts';
import { registerSecret } from '../../src/text/secrets.ts';
import { type Json, damaged, hostileText, nearly, secret } from './arbitraries.ts';
import { checkText, fuzz } from './properties.ts';

const marker = '<!-- upload-to-workspace comment: a -->';
const comments: Json = [
  { id: 7, body: `${marker}\ntext`, user: { id: 41, login: 'github-actions[bot]', type: 'Bot' } },
  { id: 8, body: `${marker} of a person`, user: { id: 42, login: 'jane', type: 'User' } },
  { id: 9, body: `${marker}\nagain`, user: { id: -2, login: 'gitea-actions' } },
  { id: 10, body: null, user: null },
];
const deployments: Json = [
  { id: 3, payload: { made_by: 'upload-to-workspace' }, environment: 'preview' },
  { id: 2, payload: '{"made_by": "upload-to-workspace"}', environment: 'preview' },
  { id: 1, payload: '{not JSON', environment: 'preview' },
];
const release: Json = { id: 5, tag_name: 'v1', draft: true, body: 'notes' };
const pull: Json = { number: 7, head: { sha: 'abc' }, state: 'open' };

/** What a request gets: an answer, or an error. */
type Given = { readonly data: Json } | { readonly status: number; readonly message: string };

const given = (...valid: Json[]): fc.Arbitrary<Given> =>
  fc.oneof(
    { weight: 6, arbitrary: damaged(...valid).map((data) => ({ data })) },
    fc.record({
      status: fc.constantFrom(401, 403, 404, 422),
      message: fc.oneof(hostileText, fc.constant(`Bad credentials ${secret}`)),
    }),
  );
const some = (...valid: Json[]) => fc.array(given(...valid), { minLength: 1, maxLength: 4 });

function answers(
  all: readonly Given[],
  error: (status: number, message: string) => Error,
): () => Promise<Json> {
  let count = 0;
  return () => {
    const one = all[count % all.length] ?? { data: null };
    count += 1;
    if ('data' in one) return Promise.resolve(one.data);
    return Promise.reject(error(one.status, one.message));
  };
}

describe('answers of GitHub and Gitea', () => {
  const httpError = (status: number, message: string) =>
    Object.assign(new Error(message), { name: 'HttpError', status, response: { headers: {} } });
  const clientOf = (all: readonly Given[], isApp: boolean, sent: unknown[]): GithubClient => {
    const next = answers(all, httpError);
    const record = new Proxy(
      {},
      {
        get: (_, group) =>
          new Proxy(
            {},
            {
              get: (__, call) => (parameters: unknown) => {
                sent.push([group, call, parameters]);
                return {};
              },
            },
          ),
      },
    );
    return {
      owner: 'octo',
      repo: 'site',
      isApp,
      request: async (call) => {
        await call(record as never);
        return (await next()) as never;
      },
      pages: (_, first = 1) => pagesOf(async () => ({ data: (await next()) as never, headers: {} }), first),
      close: () => Promise.resolve(),
    };
  };
  const run = (forge: string) => ({ readOnly: false, forge: forgeOf({ [forge]: 'true' }) });

  /** Checks the warnings about a report that fails. */
  async function explained(kind: ReportKind, forge: string, report: () => Promise<unknown>): Promise<void> {
    try {
      await report();
    } catch (error) {
      for (const { text, details = [] } of explainReports([{ kind, name: 'v1', error }], run(forge)))
        checkText(text, ...details);
    }
  }

  const forge = fc.constantFrom('GITHUB_ACTIONS', 'GITEA_ACTIONS', 'FORGEJO_ACTIONS');
  fuzz(
    'write reports, or give a warning that explains it',
    fc.record({
      comments: some(comments),
      deployments: some(deployments, [{ state: 'success' }], { id: 4 }),
      release: some(release, [release]),
      pulls: some([pull], pull),
      isApp: fc.boolean(),
      forge,
    }),
    async (all) => {
      registerSecret(secret);
      const sent: unknown[] = [];
      const open = (list: readonly Given[]) => clientOf(list, all.isApp, sent);
      await explained('comment', all.forge, () =>
        upsertComment(open(all.comments), 7, marker, (before) => `${marker}${String(before?.length)}`, false),
      );
      await explained('comment', all.forge, async () => {
        const found = await findPull(
          open(all.pulls),
          {
            triggeringRun: { commit: 'abc', head: undefined },
            pull: undefined,
            event: 'workflow_run',
          } as never,
          undefined,
        );
        if ('missing' in found) checkText(found.missing);
        else expect(Number.isSafeInteger(found.number) && found.number > 0).toBe(true);
      });
      const status = {
        state: 'success',
        url: 'https://example.org',
        description: 'x',
        runUrl: 'https://example.org/run',
      } as const;
      await explained('deployment', all.forge, () =>
        beginDeployment(open(all.deployments), {
          environment: 'preview',
          ref: 'abc',
          description: 'x',
          runUrl: 'u',
        }),
      );
      await explained('deployment', all.forge, () =>
        endDeployment(open(all.deployments), 'preview', 4, status),
      );
      await explained('deployment', all.forge, () => activeDeployment(open(all.deployments), 'preview'));
      await explained('deployment', all.forge, () => deactivate(open(all.deployments), 'preview', 'x', 'u'));
      // Notes that stay the same are not written.
      await explained('release', all.forge, () =>
        editRelease(open(all.release), 'v1', (notes) => ({ notes })),
      );
      await explained('release', all.forge, () =>
        editRelease(open(all.release), 'v1', (notes) => {
          putBlock(notes, 'k', () => 'x');
          return { notes };
        }),
      );
    },
    { share: 0.5 },
  );
});

describe('answers of GitLab', () => {
  const clientOf = (all: readonly Given[]): GitlabClient => {
    const next = answers(all, (status, message) => new GitlabError(status, message, new Headers()));
    return {
      request: next,
      pages: async function* () {
        const data = await next();
        yield Array.isArray(data) ? (data as Json[]) : [];
      },
      close: () => Promise.resolve(),
    };
  };
  const run = readRun({ CI_PIPELINE_SOURCE: 'merge_request_event' });
  async function explained(kind: ReportKind, report: () => Promise<unknown>): Promise<void> {
    try {
      await report();
    } catch (error) {
      for (const { text, details = [] } of explainGitlab([{ kind, name: 'v1', error }], run))
        checkText(text, ...details);
    }
  }
  const notes: Json = [
    { id: 7, body: `${marker}\ntext`, system: false, author: { id: 41 } },
    { id: 8, body: marker, author: null },
  ];
  const links: Json = [
    { id: 1, name: 'a.txt', url: 'https://storage.example.org/b/a.txt?X-Amz-Signature=1' },
  ];
  fuzz(
    'write reports, or give a warning that explains it',
    fc.record({
      user: given({ id: 41 }),
      notes: some(notes),
      links: some(links, { id: 2 }),
      header: nearly('<https://gitlab.example.org/api/v4/x?page=2>; rel="next"', '2'),
    }),
    async (all) => {
      registerSecret(secret);
      await explained('comment', () =>
        upsertNote(
          clientOf([all.user, ...all.notes]),
          { project: 'a/b', pull: 7 },
          marker,
          () => marker,
          false,
        ),
      );
      await explained('release', () =>
        putReleaseLinks(clientOf(all.links), { project: 'a/b', tag: 'v1' }, [
          {
            name: 'a.txt',
            longName: 'd/a.txt',
            url: 'https://storage.example.org/b/a.txt?X-Amz-Signature=2',
          },
        ]),
      );
      const text = all.header.replace(/[^\x20-\x7e]/g, '');
      const page = nextPage(new Headers({ link: text, 'x-next-page': text }));
      if (page !== undefined) expect(typeof page).toBe('string');
    },
    { share: 0.5 },
  );
});
