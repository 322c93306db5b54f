import { setTimeout as sleep } from 'node:timers/promises';

import type { CommentBody } from './reporter.ts';

export interface OwnComment {
  readonly id: number;
  readonly body: string;
}

/**
 * The comments of this step on one pull request: those that begin with its marker and belong to the account of its token. Anybody can write a
 * comment with the marker.
 */
export interface OwnComments {
  /** All of them, oldest first. */
  find(): Promise<readonly OwnComment[]>;
  /** Those that another job may have created since {@link find}, oldest first. */
  findNew(): Promise<readonly OwnComment[]>;
  /** @returns the ID of the new comment */
  create(body: string): Promise<number>;
  update(id: number, body: string): Promise<unknown>;
  delete(id: number): Promise<unknown>;
  /** Whether an error says that the comment does not exist. */
  isMissing(error: unknown): boolean;
}

/**
 * Creates or updates the comment. If two jobs create one at the same time, the oldest stays and the others are deleted.
 * @param create `false`: only update an existing comment
 * @returns its ID; undefined if there is no comment
 */
export async function upsertOldest(
  comments: OwnComments,
  body: CommentBody,
  create: boolean,
): Promise<number | undefined> {
  // A person or another job may delete the comment between finding and updating it.
  for (let attempt = 1; ; attempt += 1) {
    const [oldest, ...others] = await comments.find();
    if (oldest && (await updateExisting(comments, oldest.id, body(oldest.body)))) {
      await deleteAll(comments, others);
      return oldest.id;
    }
    if (!oldest && !create) return undefined;
    if (!oldest || attempt === 3) return createOnce(comments, body(undefined));
  }
}

async function createOnce(comments: OwnComments, body: string): Promise<number> {
  const id = await comments.create(body);
  // The comment is written. If this check fails, the next run deletes duplicates.
  return keepOldest(comments, { id, body }).catch(() => id);
}

/** Pauses before each check for another job's comment. Lists may be slightly outdated. */
const looksMs = [0, 1_500];

/** Keeps only the oldest of the comments that several jobs created at the same time, with this job's text. */
async function keepOldest(comments: OwnComments, own: OwnComment): Promise<number> {
  for (const ms of looksMs) {
    await sleep(ms);
    const [oldest = own, ...others] = await comments.findNew();
    if (oldest.id < own.id) {
      if (!(await updateExisting(comments, oldest.id, own.body))) continue;
      await deleteAll(comments, [own, ...others.filter(({ id }) => id !== own.id)]);
      return oldest.id;
    }
    await deleteAll(comments, others);
  }
  return own.id;
}

/** @returns whether the comment exists */
async function updateExisting(comments: OwnComments, id: number, body: string): Promise<boolean> {
  try {
    await comments.update(id, body);
    return true;
  } catch (error) {
    if (comments.isMissing(error)) return false;
    throw error;
  }
}

async function deleteAll(comments: OwnComments, found: readonly OwnComment[]): Promise<void> {
  for (const { id } of found) {
    await comments.delete(id).catch((error: unknown) => {
      if (!comments.isMissing(error)) throw error;
    });
  }
}
