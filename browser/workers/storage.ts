/** The storage's response to a link. */
export type Found =
  | { readonly kind: 'found'; readonly response: Response }
  /** The link, or the session that signed it, has expired. */
  | { readonly kind: 'expired' }
  /** The object was deleted. */
  | { readonly kind: 'gone' }
  /** The object was replaced after the site was published. */
  | { readonly kind: 'replaced' }
  /** The storage cannot be reached. */
  | { readonly kind: 'unreachable' };

/** Delays before retries, in milliseconds. */
const delays = [300, 1_500];

/** Response headers about the file. All other headers are dropped. */
const fileHeaders = [
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
 * Fetches an object through its link.
 * @param etag the object must have it, so that no page mixes two versions of the site. Empty if unknown
 * @throws an error of the request's signal
 */
export async function lookUp(link: string, etag: string, request: Request): Promise<Found> {
  const headers = new Headers();
  const range = request.headers.get('range');
  if (range !== null && request.method === 'GET') headers.set('range', range);
  if (etag !== '') headers.set('if-match', `"${etag}"`);
  const options = { headers, cache: 'no-store', credentials: 'omit', referrerPolicy: 'no-referrer' } as const;
  const response = await fetchWithRetry(
    () => fetch(link, { ...options, signal: request.signal }),
    request.signal,
  ).catch((error: unknown) => {
    // Also if the storage does not allow the request (CORS). Browsers do not say which.
    if (!request.signal.aborted && error instanceof TypeError) return undefined;
    throw error;
  });
  if (!response) return { kind: 'unreachable' };
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
      return { kind: 'expired' };
    default:
      return { kind: 'found', response: new Response(null, { status: 502 }) };
  }
}

/** Copies the response, so that neither the link nor the storage's headers reach the page. */
function cleaned({ status, body, headers: all }: Response): Response {
  const headers = new Headers({ 'cache-control': 'no-cache', 'accept-ranges': 'bytes' });
  // The browser has decoded the body, so its length has changed.
  const isDecoded = all.has('content-encoding');
  for (const name of fileHeaders) {
    const value = all.get(name);
    if (value !== null && !(isDecoded && name === 'content-length')) headers.set(name, value);
  }
  return new Response(body, { status, headers });
}

async function fetchWithRetry(send: () => Promise<Response>, signal: AbortSignal): Promise<Response> {
  for (const delay of delays) {
    try {
      const response = await send();
      if (response.status < 500 && response.status !== 429) return response;
    } catch (error) {
      if (signal.aborted || !navigator.onLine) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, delay));
  }
  return send();
}
