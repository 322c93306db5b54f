import { setTimeout as sleep } from 'node:timers/promises';

import * as v from 'valibot';

import type { CommentBody } from '../reporter.ts';
import { type GitlabClient, isStatus } from './api.ts';

/** Most characters of a note (GitLab, "Notes API"). */
export const noteLimit = 1_000_000;

/** The fields of a note that are used. */
const noteSchema = v.object({
  id: v.number(),
  body: v.fallback(v.string(), ''),
  system: v.fallback(v.boolean(), false),
  author: v.fallback(v.nullable(v.object({ id: v.number() })), null),
});

interface Note {
  readonly id: number;
  readonly body: string;
}

/** The notes of one merge request. */
interface Notes {
  readonly gitlab: GitlabClient;
  /** Path of the list in the API. */
  readonly path: string;
  /** Unique beginning of our note's text. */
  readonly marker: string;
  /** ID of the token's user. Anybody can write a note with the marker, so only notes of this user are ours. */
  readonly author: number;
}

/**
 * Creates or updates the note on a merge request. If two jobs create one at the same time, the oldest stays and the others are deleted.
 * @param target the project and the IID of the merge request
 * @param create `false`: only update an existing note
 * @returns its ID; undefined if there is no note
 */
export async function upsertNote(
  gitlab: GitlabClient,
  target: { readonly project: string; readonly pull: number },
  marker: string,
  body: CommentBody,
  create: boolean,
): Promise<number | undefined> {
  const path = `/projects/${encodeURIComponent(target.project)}/merge_requests/${target.pull}/notes`;
  const { id: author } = v.parse(
    v.object({ id: v.number() }),
    await gitlab.request({ method: 'GET', path: '/user' }),
  );
  const notes: Notes = { gitlab, path, marker, author };
  // A person or another job may delete the note between finding and updating it.
  for (let attempt = 1; ; attempt += 1) {
    const [oldest, ...others] = await findNotes(notes);
    if (oldest && (await updateNote(notes, oldest.id, body(oldest.body)))) {
      await deleteNotes(notes, others);
      return oldest.id;
    }
    if (!oldest && !create) return undefined;
    if (!oldest || attempt === 3) return createNote(notes, body(undefined));
  }
}

/** All notes of the token's user with the marker, oldest first. */
async function findNotes({ gitlab, path, marker, author }: Notes): Promise<Note[]> {
  const found: Note[] = [];
  for await (const page of gitlab.pages(path, { sort: 'asc', order_by: 'created_at' })) {
    for (const entry of page) {
      const note = v.safeParse(noteSchema, entry);
      if (!note.success || note.output.system || note.output.author?.id !== author) continue;
      if (note.output.body.startsWith(marker)) found.push(note.output);
    }
  }
  return found.sort((a, b) => a.id - b.id);
}

/** Pauses before each check for another job's note. GitLab may read from a replica that is slightly outdated. */
const looksMs = [0, 1_500];

async function createNote(notes: Notes, text: string): Promise<number> {
  const { gitlab, path } = notes;
  const made = await gitlab.request({ method: 'POST', path, body: { body: text } });
  const { id } = v.parse(v.object({ id: v.number() }), made);
  // The note is written. If this check fails, the next run deletes duplicates.
  return keepOldest(notes, { id, body: text }).catch(() => id);
}

/** Keeps only the oldest of the notes that several jobs created at the same time, with this job's text. */
async function keepOldest(notes: Notes, own: Note): Promise<number> {
  for (const ms of looksMs) {
    await sleep(ms);
    const [oldest = own, ...others] = await findNotes(notes);
    if (oldest.id < own.id) {
      if (!(await updateNote(notes, oldest.id, own.body))) continue;
      await deleteNotes(notes, others);
      return oldest.id;
    }
    await deleteNotes(notes, others);
  }
  return own.id;
}

/** @returns whether the note exists */
async function updateNote({ gitlab, path }: Notes, id: number, body: string): Promise<boolean> {
  try {
    await gitlab.request({ method: 'PUT', path: `${path}/${id}`, body: { body } });
    return true;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
}

async function deleteNotes({ gitlab, path }: Notes, notes: readonly Note[]): Promise<void> {
  for (const { id } of notes) {
    await gitlab.request({ method: 'DELETE', path: `${path}/${id}` }).catch((error: unknown) => {
      if (!isStatus(error, 404)) throw error;
    });
  }
}
