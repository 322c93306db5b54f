import { type Answered, parseJson, unexpected } from './request.ts';

/** So deep into an answer a URL is looked for. */
const deepest = 5;

/**
 * The link in an answer to `POST /v2/storage/download`: where a redirect leads, or a body that is a JSON string, a JSON value with one URL in
 * it, or plain text. The URL that was asked about may stand beside the link; where it stands alone, it is what is returned.
 * @throws TerrapiError where there is no URL, or several; it does not quote them, as they may open something
 */
export function linkIn({ asked, status, body, location }: Answered, object: string): string {
  if (location !== undefined && status >= 300) {
    if (!URL.canParse(location)) throw unexpected(asked, status, 'its redirect leads to no full URL');
    // The way to TerrAPI itself has changed, then.
    if (new URL(location).pathname.endsWith('/v2/storage/download'))
      throw unexpected(asked, status, `a redirect to ${location}, which is no link to a file`);
    return location;
  }
  const text = body.trim();
  const found = new Set(urlsIn(parseJson(text) ?? text, deepest));
  const links = [...found].filter((url) => url !== object);
  const [link = object] = links;
  if (links.length > 1) throw unexpected(asked, status, `it holds ${links.length} URLs`);
  if (found.size === 0) throw unexpected(asked, status, 'it holds no URL');
  return link;
}

function urlsIn(value: unknown, depth: number): string[] {
  if (typeof value === 'string')
    return /^(https?|s3):\/\//i.test(value) && URL.canParse(value) ? [value] : [];
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  return Object.values(value).flatMap((inner) => urlsIn(inner, depth - 1));
}
