import { setTimeout as sleep } from 'node:timers/promises';

import type { NotesEdit } from '../reporter.ts';
import { type GithubClient, isStatus } from './api.ts';

/** Most characters of release notes. */
export const notesLimit = 125_000;

/** Why release notes were not changed. */
export class NotesUnchanged extends Error {
  override readonly name = 'NotesLeft';
  /** `mending`: a person must repair the notes; `permission`: the token needs the right to see drafts. */
  readonly remedy: 'mending' | 'permission' | undefined;

  constructor(problem: string, remedy?: NotesUnchanged['remedy']) {
    super(problem);
    this.remedy = remedy;
  }
}

/** Pause before checking whether another job has overwritten the notes. */
const recheckMs = 1_000;
const maxAttempts = 4;

/**
 * Edits the notes of a tag's release, which may be a draft. Several jobs can edit one release, and GitHub has no conditional update. So it
 * reads the notes before and after the update, and repeats an edit that was lost.
 * @param edit a pure function from the current notes to the new ones. Unchanged notes are not written
 * @throws NotesUnchanged if `edit` finds a problem, or if there is no such release
 */
export async function editRelease(
  github: GithubClient,
  tag: string,
  edit: (notes: string) => NotesEdit,
): Promise<void> {
  const { request, owner, repo } = github;
  const id = await findRelease(github, tag);
  const read = async () => {
    const { body } = await request((rest) => rest.repos.getRelease({ owner, repo, release_id: id }));
    const notes = body ?? '';
    const edited = edit(notes);
    if ('problem' in edited)
      throw new NotesUnchanged(edited.problem, edited.isDamage ? 'mending' : undefined);
    return edited.notes === notes ? undefined : edited.notes;
  };
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const notes = await read();
    if (notes === undefined) return;
    await request((rest) => rest.repos.updateRelease({ owner, repo, release_id: id, body: notes }));
    await sleep(recheckMs * (0.5 + Math.random()));
  }
  if ((await read()) !== undefined)
    throw new NotesUnchanged('other jobs overwrite the notes again and again');
}

async function findRelease({ request, pages, owner, repo }: GithubClient, tag: string): Promise<number> {
  try {
    return (await request((rest) => rest.repos.getReleaseByTag({ owner, repo, tag }))).id;
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
  // GitHub does not find a draft by its tag, because the tag does not exist yet.
  for await (const page of pages((rest, at) => rest.repos.listReleases({ owner, repo, ...at }))) {
    const found = page.find(({ tag_name: name, draft }) => draft && name === tag);
    if (found) return found.id;
  }
  throw new NotesUnchanged(
    `no release has the tag '${tag}', and this token sees no draft for it. Create the release first, e.g. with gh release create`,
    'permission',
  );
}
