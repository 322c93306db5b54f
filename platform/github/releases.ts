import { json } from '../terrapi/answer.ts';
import { type Call, type Handler, invalid, page, requireOne } from './call.ts';
import type { JsonObject } from './description.ts';
import type { Release } from './github.ts';

const longest = 125_000;

/** Drafts are listed for users with write access only, and cannot be found by tag. */
export const listReleases: Handler = (call) => {
  const { github, account } = call;
  const mayWrite = account.type === 'User' || github.permissions.contents === 'write';
  const found = github.releases.filter(({ draft }) => mayWrite || !draft).toReversed();
  return page(call, '/releases', found, (release) => showRelease(call, release));
};

/** The newest published release, by order of creation. GitHub uses the date of the commit. */
export const getLatestRelease: Handler = (call) => {
  const found = requireOne(call.github.releases.toReversed(), ({ draft }) => !draft);
  return json(200, showRelease(call, found));
};

export const getReleaseByTag: Handler = (call) => {
  const found = requireOne(
    call.github.releases,
    ({ tag, draft }) => tag === call.parameters['tag'] && !draft,
  );
  return json(200, showRelease(call, found));
};

export const getRelease: Handler = (call) => json(200, showRelease(call, requireRelease(call)));

/** The tag and assets of an immutable release cannot change, but its notes can. */
export const updateRelease: Handler = (call) => {
  const release = requireRelease(call);
  const { body, tag_name: tag } = call.body;
  if (release.immutable && tag !== undefined)
    throw invalid('Release', 'tag_name', 'tag_name cannot be changed');
  if (typeof body === 'string') {
    if (Array.from(body).length > longest)
      throw invalid('Release', 'body', `body is too long (maximum is ${longest} characters)`);
    release.body = body;
  }
  return json(200, showRelease(call, release));
};

function requireRelease({ github, parameters }: Call): Release {
  return requireOne(github.releases, ({ id }) => id === Number(parameters['release_id']));
}

function showRelease({ contract, github }: Call, { id, tag, body, draft, immutable }: Release): JsonObject {
  const example = contract.example('get /repos/{owner}/{repo}/releases/{release_id}', 200);
  const html = `https://github.com/${github.repository}/releases/tag/${tag}`;
  return { ...example, id, tag_name: tag, name: tag, body, draft, immutable, html_url: html };
}
