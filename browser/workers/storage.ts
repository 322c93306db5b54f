/** What the storage says of a link. */
export type Found =
  | { readonly kind: 'found'; readonly response: Response }
  /** The link, or the session that signed it, has ended. */
  | { readonly kind: 'ended' }
  /** The object is not there any more. */
  | { readonly kind: 'gone' }
  /** The object is there with other content than the site was published with. */
  | { readonly kind: 'replaced' };

/** Waits before requests that are sent again, in milliseconds. */
const waits = [300, 1_500];

/** Headers of the storage's answer that are the site's own affair; what the storage says of itself stays behind. */
const handedOn = [
  'accept-ranges',
  'content-disposition',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
];

/**
 * Asks for an object by its link.
 * @param etag the object has to have it, so that nobody sees a site of which half is old; empty where it is not known
 * @throws TypeError when the storage cannot be reached
 */
export async function lookUp(link: string, etag: string, request: Request): Promise<Found> {
  const headers = new Headers();
  const range = request.headers.get('range');
  if (range !== null && request.method === 'GET') headers.set('range', range);
  if (etag !== '') headers.set('if-match', `"${etag}"`);
  const options = { headers, cache: 'no-store', credentials: 'omit', referrerPolicy: 'no-referrer' } as const;
  const response = await persistent(
    () => fetch(link, { ...options, signal: request.signal }),
    request.signal,
  );
  switch (response.status) {
    case 200:
    case 206:
    case 416:
      return { kind: 'found', response: cleaned(response) };
    case 404:
      return { kind: 'gone' };
    case 412:
      return { kind: 'replaced' };
    case 401:
    case 403:
      return { kind: 'ended' };
    default:
      return { kind: 'found', response: new Response(null, { status: 502 }) };
  }
}

/** A response of its own, so that neither links nor the storage's headers reach the page. */
function cleaned({ status, body, headers: all }: Response): Response {
  const headers = new Headers({ 'cache-control': 'no-cache', 'accept-ranges': 'bytes' });
  // The browser has decoded the body by now, and its length is another one.
  const isDecoded = all.has('content-encoding');
  for (const name of handedOn) {
    const value = all.get(name);
    if (value !== null && !(isDecoded && name === 'content-length')) headers.set(name, value);
  }
  return new Response(body, { status, headers });
}

async function persistent(send: () => Promise<Response>, signal: AbortSignal): Promise<Response> {
  for (const wait of waits) {
    try {
      const response = await send();
      if (response.status < 500 && response.status !== 429) return response;
    } catch (error) {
      if (signal.aborted) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return send();
}
