import { setTimeout as sleep } from 'node:timers/promises';

import type { NotesEdit } from '../reports.ts';
import { type GithubClient, isStatus } from './client.ts';

/** Characters that the notes of a release may have. */
export const notesLimit = 125_000;

/** Notes that nothing was changed in, and why. */
export class NotesLeft extends Error {
  override readonly name = 'NotesLeft';
  /** What would help: a person who mends them, a token that is shown drafts, or nothing that is known here. */
  readonly remedy: 'mending' | 'permission' | undefined;

  constructor(problem: string, remedy?: NotesLeft['remedy']) {
    super(problem);
    this.remedy = remedy;
  }
}

/** Pauses before a look at whether somebody who wrote at the same moment has undone what was written. */
const lookMs = 1_000;
const tries = 4;

/**
 * Edits the notes of the release that has this tag, a draft too. GitHub has no way to write only what nobody else wrote meanwhile: they are
 * read right before, and looked at again after, so that several jobs can edit one release.
 * @param edit pure, and told what the notes are; notes that it would leave as they are, are not written
 * @throws NotesLeft when `edit` finds a problem or there is no such release
 */
export async function editRelease(
  github: GithubClient,
  tag: string,
  edit: (notes: string) => NotesEdit,
): Promise<void> {
  const { ask, owner, repo } = github;
  const id = await findRelease(github, tag);
  const read = async () => {
    const { body } = await ask((rest) => rest.repos.getRelease({ owner, repo, release_id: id }));
    const notes = body ?? '';
    const edited = edit(notes);
    if ('problem' in edited) throw new NotesLeft(edited.problem, edited.isDamage ? 'mending' : undefined);
    return edited.notes === notes ? undefined : edited.notes;
  };
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const notes = await read();
    if (notes === undefined) return;
    await ask((rest) => rest.repos.updateRelease({ owner, repo, release_id: id, body: notes }));
    await sleep(lookMs * (0.5 + Math.random()));
  }
  if ((await read()) !== undefined)
    throw new NotesLeft('others write to them all the time, and undo what is written');
}

async function findRelease({ ask, pages, owner, repo }: GithubClient, tag: string): Promise<number> {
  try {
    return (await ask((rest) => rest.repos.getReleaseByTag({ owner, repo, tag }))).id;
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
  // A draft has no tag yet, only the name of the one that it is to have.
  for await (const page of pages((rest, at) => rest.repos.listReleases({ owner, repo, ...at }))) {
    const found = page.find(({ tag_name: name, draft }) => draft && name === tag);
    if (found) return found.id;
  }
  throw new NotesLeft(
    `there is no release of the tag '${tag}', nor a draft for it that this token is shown: make it first, e.g. with gh release create`,
    'permission',
  );
}
