import { setTimeout as sleep } from 'node:timers/promises';

import type { CommentBody } from '../reports.ts';
import { type GithubClient, isStatus } from './client.ts';

/** Characters that a comment may have. */
export const commentLimit = 65_536;

interface Comment {
  readonly id: number;
  readonly body: string;
}

/**
 * Keeps one comment on a pull request: updates the one that is there, or creates one. Two jobs that create one at the same time both look
 * again: the oldest stays, and the others are deleted.
 * @param marker what it begins with, and no other comment does
 * @param create `false` changes a comment and makes none
 * @returns its id; undefined where there is none
 */
export async function upsertComment(
  github: GithubClient,
  pull: number,
  marker: string,
  body: CommentBody,
  create: boolean,
): Promise<number | undefined> {
  const isOurs = await authorship(github);
  // What is found may be gone a moment later: a person, or another job, deleted it.
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

type Authorship = (user: Author | null) => boolean;

interface Author {
  readonly id: number;
  readonly login?: string;
  /** Gitea and Forgejo leave it out. */
  readonly type?: string;
}

/** Anybody may write a comment that begins with a marker: only one that this token may have made is taken for ours. */
async function authorship(github: GithubClient): Promise<Authorship> {
  const isBot: Authorship = (user) => user !== null && isBotAccount(user);
  if (github.isApp) return isBot;
  try {
    const { id } = await github.ask((rest) => rest.users.getAuthenticated());
    return (user) => user?.id === id;
  } catch (error) {
    // An app's token whose form is not known: GitHub tells apps nothing of a user.
    if (isStatus(error, 403) || isStatus(error, 404)) return isBot;
    throw error;
  }
}

/** Without a type, the account that Gitea and Forgejo run jobs as: nobody can register that name, nor a negative id. */
function isBotAccount({ type, id, login = '' }: Author): boolean {
  return type === undefined ? id < 0 || /^(?:gitea|forgejo)-actions$/.test(login) : type === 'Bot';
}

/** All comments of the marker, oldest first, and how many pages there are. */
async function findComments(
  github: GithubClient,
  pull: number,
  marker: string,
  isOurs: Authorship,
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
  isOurs: Authorship,
  body: CommentBody,
  lastPage: number,
): Promise<number> {
  const { owner, repo } = github;
  const text = body(undefined);
  const { id } = await github.ask((rest) =>
    rest.issues.createComment({ owner, repo, issue_number: pull, body: text }),
  );
  const look = () => findComments(github, pull, marker, isOurs, Math.max(1, lastPage));
  // The comment stands. What a look that fails leaves behind is cleared away by the next run.
  return settle(github, { id, body: text }, look).catch(() => id);
}

/** Pauses before each look at whether another job made a comment as well: GitHub's lists may be a moment behind. */
const looksMs = [0, 1_500];

/** Leaves the oldest of the comments that several jobs made at once. Whoever made another one puts its text there. */
async function settle(
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

/** @returns whether it was there to be written */
async function updateComment({ ask, owner, repo }: GithubClient, id: number, body: string): Promise<boolean> {
  try {
    await ask((rest) => rest.issues.updateComment({ owner, repo, comment_id: id, body }));
    return true;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}

async function deleteComments(
  { ask, owner, repo }: GithubClient,
  comments: readonly Comment[],
): Promise<void> {
  for (const { id } of comments) {
    await ask((rest) => rest.issues.deleteComment({ owner, repo, comment_id: id })).catch(
      (error: unknown) => {
        if (!isStatus(error, 404)) throw error;
      },
    );
  }
}
