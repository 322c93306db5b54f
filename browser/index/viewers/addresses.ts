import { decode } from '../address.ts';

/** Where a link of a document leads. */
export type Address =
  /** Paths relative to the destination. The first that exists is the file. */
  | { readonly kind: 'path'; readonly paths: readonly string[] }
  /** A heading of the same document. */
  | { readonly kind: 'heading'; readonly slug: string }
  | { readonly kind: 'web'; readonly url: string }
  /** A link that is not followed, e.g. `javascript:`. */
  | { readonly kind: 'none' };

/** Characters of a target. */
const longest = 4_000;

/**
 * Reads the target of a link in a document, as a browser does.
 * @param base path of the document, relative to the destination
 */
export function addressOf(href: string, base: string): Address {
  if (href.length > longest) return { kind: 'none' };
  // Browsers ignore these characters, so `java\nscript:` is a scheme.
  const clean = href.replace(/[\t\n\r]/g, '').replace(/^[\0-\x20]+|[\0-\x20]+$/g, '');
  if (clean.startsWith('#')) return { kind: 'heading', slug: decode(clean.slice(1)) };
  if (/^[\\/]{2}/.test(clean)) return webAddress(`https:${clean}`);
  if (/^[a-z][a-z0-9+.-]*:/i.test(clean)) return webAddress(clean);
  const path = clean.replace(/[?#].*$/s, '');
  if (path === '') return { kind: 'none' };
  const paths = [decode(path), path].map((one) => resolved(one, base)).filter((one) => one !== undefined);
  return paths.length > 0 ? { kind: 'path', paths: [...new Set(paths)] } : { kind: 'none' };
}

function webAddress(text: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^(?:https?|mailto):$/.test(url.protocol) ? { kind: 'web', url: url.href } : { kind: 'none' };
}

/** Resolves `.` and `..`. A leading slash means the destination. Undefined if the path is outside of it. */
function resolved(path: string, base: string): string | undefined {
  const steps = path.startsWith('/') ? [] : base.split('/').slice(0, -1);
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined) return undefined;
  }
  return steps.join('/');
}

/** The name by which GitHub links to a heading: `Set up (first)` is `set-up-first`. */
export function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}
