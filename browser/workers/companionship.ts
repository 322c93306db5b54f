import { companionName } from '../preview/terms.ts';

/** A page with the companion before all its other scripts. The bytes of the page stay what they are: it may be in any encoding that has ASCII in it. */
export async function accompanied(response: Response, headers: Headers, status: number): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const head = latin1(bytes.subarray(0, 64 * 1024));
  headers.delete('content-length');
  const isClosed = /<meta[^>]+http-equiv=["']?content-security-policy\b/i.test(head);
  if (isClosed) return new Response(bytes, { status, headers });
  const mark = /<head(?:\s[^>]*)?>|<html(?:\s[^>]*)?>|<!doctype[^>]*>/gi;
  const marks = [...head.matchAll(mark)];
  const best = marks.find(([text]) => /^<head/i.test(text)) ?? marks.at(-1);
  const at = best ? best.index + best[0].length : 0;
  // Absolute: a `<base>` may come before.
  const script = new TextEncoder().encode(
    `<script src="${new URL(companionName, location.href).href}"></script>`,
  );
  return new Response(new Blob([bytes.subarray(0, at), script, bytes.subarray(at)]), { status, headers });
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
