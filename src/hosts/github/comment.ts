import { setTimeout as sleep } from 'node:timers/promises';

import type { CommentBody } from '../reporter.ts';
import { type GithubClient, isStatus } from './api.ts';

/** Most characters of a comment. */
export const commentLimit = 65_536;

interface Comment {
  readonly id: number;
  readonly body: string;
}

/**
 * Creates or updates the comment on a pull request. If two jobs create one at the same time, the oldest stays and the others are deleted.
 * @param marker unique beginning of the comment's text
 * @param create `false`: only update an existing comment
 * @returns its ID; undefined if there is no comment
 */
export async function upsertComment(
  github: GithubClient,
  pull: number,
  marker: string,
  body: CommentBody,
  create: boolean,
): Promise<number | undefined> {
  const isOurs = await ownAuthorTest(github);
  // A person or another job may delete the comment between finding and updating it.
  for (let attempt = 1; ; attempt += 1) {
    const { found, lastPage } = await findComments(github, pull, marker, isOurs);
    const [oldest, ...others] = found;
    if (oldest && (await updateComment(github, oldest.id, body(oldest.body)))) {
      await deleteComments(github, others);
      return oldest.id;
    }
    if (!oldest && !create) return undefined;
    if (!oldest || attempt === 3) return createComment(github, pull, marker, isOurs, body, lastPage);
  }
}

type AuthorTest = (user: Author | null) => boolean;

interface Author {
  readonly id: number;
  readonly login?: string;
  /** Missing in Gitea and Forgejo. */
  readonly type?: string;
}

/** Only comments by the account of our token are ours: anybody can write a comment with the marker. */
async function ownAuthorTest(github: GithubClient): Promise<AuthorTest> {
  const isBot: AuthorTest = (user) => user !== null && isBotAccount(user);
  if (github.isApp) return isBot;
  try {
    const { id } = await github.request((rest) => rest.users.getAuthenticated());
    return (user) => user?.id === id;
  } catch (error) {
    // An app's token in an unknown format: GitHub answers so because an app has no user.
    if (isStatus(error, 403) || isStatus(error, 404)) return isBot;
    throw error;
  }
}

/** Gitea and Forgejo send no type. Their jobs use an account with a reserved name and a negative ID. */
function isBotAccount({ type, id, login = '' }: Author): boolean {
  return type === undefined ? id < 0 || /^(?:gitea|forgejo)-actions$/.test(login) : type === 'Bot';
}

/** All comments with the marker, oldest first, and the number of the last page. */
async function findComments(
  github: GithubClient,
  pull: number,
  marker: string,
  isOurs: AuthorTest,
  firstPage = 1,
): Promise<{ found: Comment[]; lastPage: number }> {
  const { owner, repo } = github;
  const found: Comment[] = [];
  let lastPage = firstPage - 1;
  const pages = github.pages(
    (rest, page) => rest.issues.listComments({ owner, repo, issue_number: pull, ...page }),
    firstPage,
  );
  for await (const page of pages) {
    lastPage += 1;
    for (const { id, body = '', user } of page) {
      if (body.startsWith(marker) && isOurs(user)) found.push({ id, body });
    }
  }
  return { found: found.sort((a, b) => a.id - b.id), lastPage };
}

async function createComment(
  github: GithubClient,
  pull: number,
  marker: string,
  isOurs: AuthorTest,
  body: CommentBody,
  lastPage: number,
): Promise<number> {
  const { owner, repo } = github;
  const text = body(undefined);
  const { id } = await github.request((rest) =>
    rest.issues.createComment({ owner, repo, issue_number: pull, body: text }),
  );
  const look = () => findComments(github, pull, marker, isOurs, Math.max(1, lastPage));
  // The comment is written. If this check fails, the next run deletes duplicates.
  return keepOldest(github, { id, body: text }, look).catch(() => id);
}

/** Pauses before each check for another job's comment. GitHub's lists may be slightly outdated. */
const looksMs = [0, 1_500];

/** Keeps only the oldest of the comments that several jobs created at the same time, with this job's text. */
async function keepOldest(
  github: GithubClient,
  own: Comment,
  look: () => Promise<{ found: readonly Comment[] }>,
): Promise<number> {
  for (const ms of looksMs) {
    await sleep(ms);
    const { found } = await look();
    const [oldest = own, ...others] = found;
    if (oldest.id < own.id) {
      if (!(await updateComment(github, oldest.id, own.body))) continue;
      await deleteComments(github, [own, ...others]);
      return oldest.id;
    }
    await deleteComments(github, others);
  }
  return own.id;
}

/** @returns whether the comment exists */
async function updateComment(
  { request, owner, repo }: GithubClient,
  id: number,
  body: string,
): Promise<boolean> {
  try {
    await request((rest) => rest.issues.updateComment({ owner, repo, comment_id: id, body }));
    return true;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}

async function deleteComments(
  { request, owner, repo }: GithubClient,
  comments: readonly Comment[],
): Promise<void> {
  for (const { id } of comments) {
    await request((rest) => rest.issues.deleteComment({ owner, repo, comment_id: id })).catch(
      (error: unknown) => {
        if (!isStatus(error, 404)) throw error;
      },
    );
  }
}
