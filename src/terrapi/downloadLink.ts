import { parseJson } from '../text/json.ts';
import { type TerrapiResponse, unexpectedResponse } from './request.ts';

/** Levels of a JSON response that are searched for URLs. */
const maxDepth = 5;

/**
 * The presigned URL in a response of `POST /v2/storage/download`: the target of a redirect, or the only URL in a body of JSON or plain text.
 * The body may also contain the object's own URL, which is returned only if there is no other.
 * @throws TerrapiError if there is no URL, or several. It does not quote them, because a presigned URL gives access
 */
export function linkIn({ request, status, body, location }: TerrapiResponse, object: string): string {
  if (location !== undefined && status >= 300) {
    if (!URL.canParse(location))
      throw unexpectedResponse(request, status, 'its redirect leads to no full URL');
    // This redirects the API call itself.
    if (new URL(location).pathname.endsWith('/v2/storage/download'))
      throw unexpectedResponse(request, status, `a redirect to ${location}, which is no link to a file`);
    return location;
  }
  const text = body.trim();
  const found = new Set(urlsIn(parseJson(text) ?? text, maxDepth));
  const links = [...found].filter((url) => url !== object);
  const [link = object] = links;
  if (links.length > 1) throw unexpectedResponse(request, status, `it holds ${links.length} URLs`);
  if (found.size === 0) throw unexpectedResponse(request, status, 'it holds no URL');
  return link;
}

function urlsIn(value: unknown, depth: number): string[] {
  if (typeof value === 'string')
    return /^(https?|s3):\/\//i.test(value) && URL.canParse(value) ? [value] : [];
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  return Object.values(value).flatMap((inner) => urlsIn(inner, depth - 1));
}
