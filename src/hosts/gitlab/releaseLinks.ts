import * as v from 'valibot';

import type { ReleaseLink } from '../reporter.ts';
import type { GitlabClient } from './api.ts';

/** Most links that a step adds to a release, because each of them takes a request. */
export const linkLimit = 50;

const linkSchema = v.object({ id: v.number(), name: v.string(), url: v.string() });

/** An asset link of a release (GitLab, "Release links API"). */
export type AssetLink = v.InferOutput<typeof linkSchema>;

/** A request that brings a release up to date. */
export interface LinkChange {
  /** ID of the link to update; undefined for a new one. */
  readonly id: number | undefined;
  readonly name: string;
  readonly url: string;
}

/**
 * Decides which links to create and which to update. A link is updated if it opens the same object: only its signature is older. If another
 * link has the name, e.g. one of a person, the new link gets its longer name.
 */
export function planLinks(existing: readonly AssetLink[], wanted: readonly ReleaseLink[]): LinkChange[] {
  const byName = new Map(existing.map((link) => [link.name, link]));
  return wanted.flatMap(({ name, longName, url }) => {
    const short = byName.get(name);
    const isOther = short !== undefined && !isSameObject(short.url, url);
    const own = isOther ? byName.get(longName) : short;
    if (own?.url === url) return [];
    return [{ id: own?.id, name: isOther ? longName : name, url }];
  });
}

/** Whether both URLs are presigned and open the same object. The bucket is in the path of one kind of address, and in the host of the other. */
function isSameObject(before: string, after: string): boolean {
  const urls = [before, after].map((text) => URL.parse(text));
  const [one, other] = urls.map((url) => (url?.searchParams.has('X-Amz-Signature') ? url : null));
  if (!one || !other) return false;
  return one.pathname === other.pathname || isBelow(one, other) || isBelow(other, one);
}

/** Whether `inPath` is the address of the same object as `inHost`, with the bucket in its path. */
function isBelow(inPath: URL, inHost: URL): boolean {
  const [bucket = ''] = inHost.hostname.split('.');
  return inPath.pathname === `/${bucket}${inHost.pathname}`;
}

/**
 * Creates or updates the links of a tag's release.
 * @throws GitlabError 404 if there is no release for the tag
 */
export async function putReleaseLinks(
  gitlab: GitlabClient,
  target: { readonly project: string; readonly tag: string },
  links: readonly ReleaseLink[],
): Promise<void> {
  const [project, tag] = [target.project, target.tag].map(encodeURIComponent);
  const path = `/projects/${project}/releases/${tag}/assets/links`;
  const existing: AssetLink[] = [];
  for await (const page of gitlab.pages(path))
    existing.push(...page.map((link) => v.parse(linkSchema, link)));
  for (const { id, name, url } of planLinks(existing, links)) {
    const request =
      id === undefined
        ? ({ method: 'POST', path } as const)
        : ({ method: 'PUT', path: `${path}/${id}` } as const);
    await gitlab.request({ ...request, body: { name, url } });
  }
}
