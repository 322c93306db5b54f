import { type OwnComment, upsertOldest } from '../ownComments.ts';
import type { CommentBody } from '../reporter.ts';
import { type GithubClient, isStatus } from './api.ts';

/** Most characters of a comment. */
export const commentLimit = 65_536;

/**
 * Creates or updates the comment on a pull request, see {@link upsertOldest}.
 * @param marker unique beginning of the comment's text
 * @returns its ID; undefined if there is no comment
 */
export async function upsertComment(
  github: GithubClient,
  pull: number,
  marker: string,
  body: CommentBody,
  create: boolean,
): Promise<number | undefined> {
  const { request, owner, repo } = github;
  const isOurs = await ownAuthorTest(github);
  const findFrom = (page: number) => findComments(github, pull, marker, isOurs, page);
  let lastPage = 1;
  const comments = {
    find: async () => {
      const { found, lastPage: last } = await findFrom(1);
      lastPage = Math.max(1, last);
      return found;
    },
    // A new comment is on the last page, or after it.
    findNew: async () => (await findFrom(lastPage)).found,
    create: async (text: string) => {
      const made = await request((rest) =>
        rest.issues.createComment({ owner, repo, issue_number: pull, body: text }),
      );
      return made.id;
    },
    update: (id: number, text: string) =>
      request((rest) => rest.issues.updateComment({ owner, repo, comment_id: id, body: text })),
    delete: (id: number) => request((rest) => rest.issues.deleteComment({ owner, repo, comment_id: id })),
    isMissing: (error: unknown) => isStatus(error, 404),
  };
  return upsertOldest(comments, body, create);
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
  firstPage: number,
): Promise<{ found: OwnComment[]; lastPage: number }> {
  const { owner, repo } = github;
  const found: OwnComment[] = [];
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
