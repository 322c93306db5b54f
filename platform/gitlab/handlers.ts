import { type Answer, ErrorResponse, empty, json } from '../terrapi/answer.ts';
import type { Gitlab, MergeRequest, Note, Release, ReleaseLink, User } from './gitlab.ts';
import type { OperationName } from './operations.ts';

/** An authenticated call whose parameters match GitLab's documentation. */
export interface Call {
  readonly gitlab: Pick<Gitlab, 'apiUrl' | 'project' | 'mergeRequests' | 'notes' | 'releases'>;
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly user: User;
  /** URL of the request's path. */
  readonly url: string;
  /** Returns a new ID. */
  readonly nextId: () => number;
}

export type Handler = (call: Call) => Answer;

/** GitLab's error response with a message. */
export function refusal(status: number, message: unknown): ErrorResponse {
  return new ErrorResponse(json(status, { message }));
}

const notFound = () => refusal(404, '404 Not found');

export const handlers: Readonly<Record<OperationName, Handler>> = {
  'GET /user': ({ user }) => json(200, { ...user, name: user.username, state: 'active' }),
  'GET /projects/:id/merge_requests/:iid/notes': (call) => {
    const { iid } = requireMergeRequest(call);
    const own = call.gitlab.notes.filter(({ mergeRequest }) => mergeRequest === iid);
    const sorted = call.query.get('sort') === 'asc' ? own : own.toReversed();
    return page(call, sorted, (note) => (note.hidden ? undefined : showNote(call, note)));
  },
  'POST /projects/:id/merge_requests/:iid/notes': (call) => {
    const { iid } = requireMergeRequest(call);
    const note = { id: call.nextId(), mergeRequest: iid, author: call.user, body: bodyOf(call) };
    call.gitlab.notes.push(note);
    return json(201, showNote(call, note));
  },
  'PUT /projects/:id/merge_requests/:iid/notes/:note': (call) => {
    const note = requireOwnNote(call);
    note.body = bodyOf(call);
    return json(200, showNote(call, note));
  },
  'DELETE /projects/:id/merge_requests/:iid/notes/:note': (call) => {
    const { notes } = call.gitlab;
    notes.splice(notes.indexOf(requireOwnNote(call)), 1);
    return empty(204);
  },
  'GET /projects/:id/releases/:tag/assets/links': (call) =>
    page(call, requireRelease(call).links.toReversed(), showLink),
  'POST /projects/:id/releases/:tag/assets/links': (call) => {
    const { links } = requireRelease(call);
    const link = { id: call.nextId(), name: String(call.body['name']), url: String(call.body['url']) };
    requireUnique(links, link);
    links.push(link);
    return json(201, showLink(link));
  },
  'PUT /projects/:id/releases/:tag/assets/links/:link': (call) => {
    const { links } = requireRelease(call);
    const link = links.find(({ id }) => id === Number(call.path['link']));
    if (!link) throw notFound();
    const changed = { ...link, ...(call.body as Partial<ReleaseLink>) };
    requireUnique(
      links.filter((other) => other !== link),
      changed,
    );
    Object.assign(link, changed);
    return json(200, showLink(link));
  },
};

function requireMergeRequest({ gitlab, path }: Call): MergeRequest {
  const found = gitlab.mergeRequests.find(({ iid }) => iid === Number(path['iid']));
  if (Number(path['id']) !== gitlab.project.id || !found) throw notFound();
  return found;
}

function requireOwnNote(call: Call): Note {
  const { iid } = requireMergeRequest(call);
  const note = call.gitlab.notes.find(
    (one) => one.id === Number(call.path['note']) && one.mergeRequest === iid,
  );
  if (!note) throw notFound();
  if (note.author.id !== call.user.id) throw refusal(403, '403 Forbidden');
  return note;
}

function requireRelease({ gitlab, path }: Call): Release {
  const found = gitlab.releases.find(({ tag }) => tag === path['tag']);
  if (Number(path['id']) !== gitlab.project.id || !found) throw notFound();
  return found;
}

/** Names and URLs of links are unique in a release. */
function requireUnique(links: readonly ReleaseLink[], { name, url }: ReleaseLink): void {
  const taken = ['has already been taken'];
  if (links.some((link) => link.name === name)) throw refusal(400, { name: taken });
  if (links.some((link) => link.url === url)) throw refusal(400, { url: taken });
  if (!/^(?:https?|ftp):/.test(url))
    throw refusal(400, { url: ['is blocked: Only allowed schemes are http, https, ftp'] });
}

function bodyOf({ body }: Call): string {
  const text = String(body['body']);
  if (text.trim() === '') throw refusal(400, `400 Bad request - Note {:note=>["can't be blank"]}`);
  return text;
}

function showNote({ gitlab }: Call, { id, body, author, system = false, mergeRequest }: Note) {
  return {
    ...{ id, type: null, body, system, author: { ...author, name: author.username, state: 'active' } },
    ...{ noteable_id: 900 + mergeRequest, noteable_iid: mergeRequest, noteable_type: 'MergeRequest' },
    ...{ project_id: gitlab.project.id, resolvable: false, confidential: false, internal: false },
  };
}

function showLink({ id, name, url }: ReleaseLink) {
  return { id, name, url, direct_asset_url: url, link_type: 'other' };
}

/** One page of a list, with GitLab's headers. Entries that are hidden make the page shorter. */
function page<T>({ query, url }: Call, all: readonly T[], show: (one: T) => object | undefined): Answer {
  const perPage = Math.min(100, Number(query.get('per_page') ?? 20));
  const number = Number(query.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(all.length / perPage));
  const next = number < last ? String(number + 1) : '';
  const address = (to: string) => {
    const target = new URL(url);
    for (const [name, value] of query) target.searchParams.set(name, value);
    target.searchParams.set('page', to);
    return target.href;
  };
  const links = [
    ...(next === '' ? [] : [`<${address(next)}>; rel="next"`]),
    `<${address('1')}>; rel="first"`,
  ];
  const shown = all.slice((number - 1) * perPage, number * perPage).flatMap((one) => show(one) ?? []);
  return json(200, shown, {
    'x-page': String(number),
    'x-per-page': String(perPage),
    'x-next-page': next,
    'x-total': String(all.length),
    'x-total-pages': String(last),
    link: links.join(', '),
  });
}
