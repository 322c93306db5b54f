import * as v from 'valibot';

import { type OwnComment, upsertOldest } from '../ownComments.ts';
import type { CommentBody } from '../reporter.ts';
import { type GitlabClient, isStatus } from './api.ts';

/** Most characters of a note (GitLab, "Notes API"). */
export const noteLimit = 1_000_000;

const idSchema = v.object({ id: v.number() });

/** The fields of a note that are used. */
const noteSchema = v.object({
  id: v.number(),
  body: v.fallback(v.string(), ''),
  system: v.fallback(v.boolean(), false),
  author: v.fallback(v.nullable(v.object({ id: v.number() })), null),
});

/**
 * Creates or updates the note on a merge request, see {@link upsertOldest}.
 * @param target the project and the IID of the merge request
 * @param marker unique beginning of the note's text
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
  const { id: author } = v.parse(idSchema, await gitlab.request({ method: 'GET', path: '/user' }));
  const find = () => findNotes(gitlab, path, marker, author);
  const notes = {
    find,
    // GitLab may read from a replica that is slightly outdated, so all pages are read again.
    findNew: find,
    create: async (text: string) =>
      v.parse(idSchema, await gitlab.request({ method: 'POST', path, body: { body: text } })).id,
    update: (id: number, text: string) =>
      gitlab.request({ method: 'PUT', path: `${path}/${id}`, body: { body: text } }),
    delete: (id: number) => gitlab.request({ method: 'DELETE', path: `${path}/${id}` }),
    isMissing: (error: unknown) => isStatus(error, 404),
  };
  return upsertOldest(notes, body, create);
}

/**
 * All notes of the token's user with the marker, oldest first.
 * @param path path of the list in the API
 * @param author ID of the token's user
 */
async function findNotes(
  gitlab: GitlabClient,
  path: string,
  marker: string,
  author: number,
): Promise<OwnComment[]> {
  const found: OwnComment[] = [];
  for await (const page of gitlab.pages(path, { sort: 'asc', order_by: 'created_at' })) {
    for (const entry of page) {
      const note = v.safeParse(noteSchema, entry);
      if (!note.success || note.output.system || note.output.author?.id !== author) continue;
      if (note.output.body.startsWith(marker)) found.push(note.output);
    }
  }
  return found.sort((a, b) => a.id - b.id);
}
