import { isHtml } from '../files/media.ts';

/** What stands at a path of a site. Paths are relative to the site's folder and not encoded. */
export type Route =
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly status: 200 | 404;
      /** Whether no file has that path, and the page that answers for all others is served. */
      readonly isFallback: boolean;
    }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'missing' };

export interface Routes {
  /** What a static server would answer for a page that somebody goes to. */
  readonly page: (path: string) => Route;
  /** The same for what a page loads: no fallback, and no page that says "not found". */
  readonly resource: (path: string) => Route;
}

/**
 * The rules by which static hosts find files: the file itself, `index.html` of a folder, `.html` left out. Where nothing fits, the nearest
 * `404.html`. A site of one page, or one with a `200.html`, gets that page instead, for its script knows the routes.
 */
export function createRoutes(names: readonly string[]): Routes {
  const files = new Set(names);
  const fallback = fallbackPage(names, files);
  const found = (name: string): Route => ({ kind: 'file', name, status: 200, isFallback: false });
  const direct = (path: string): Route | undefined => {
    if (files.has(path)) return found(path);
    const isFolder = path === '' || path.endsWith('/');
    const bare = withoutEnd(path);
    if (isFolder && files.has(`${path}index.html`)) return found(`${path}index.html`);
    if (!isFolder && files.has(`${path}.html`)) return found(`${path}.html`);
    if (!isFolder && files.has(`${path}/index.html`)) return { kind: 'redirect', to: `${path}/` };
    if (isFolder && bare !== '' && (files.has(`${bare}.html`) || files.has(bare)))
      return { kind: 'redirect', to: bare };
    return undefined;
  };
  return {
    page: (path) => {
      const route = direct(path);
      if (route) return route;
      if (fallback !== undefined && !hasExtension(path))
        return { kind: 'file', name: fallback, status: 200, isFallback: true };
      const notFound = nearest(path, '404.html', files);
      return notFound === undefined
        ? { kind: 'missing' }
        : { kind: 'file', name: notFound, status: 404, isFallback: true };
    },
    resource: (path) => {
      const route = direct(path);
      if (route) return route;
      // A page that was served for the route `a/b` looks for what is beside it in `a/`.
      const name = fallback === undefined ? undefined : knownSuffix(path, files);
      return name === undefined ? { kind: 'missing' } : found(name);
    },
  };
}

/**
 * The path that a name in a URL means: percent-encoding in any form is read, and what is none stays as it is.
 * @param pathname from the site's folder on
 */
export function decodedPath(pathname: string): string {
  return pathname.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes);
    } catch {
      return bytes;
    }
  });
}

function fallbackPage(names: readonly string[], files: ReadonlySet<string>): string | undefined {
  if (files.has('200.html')) return '200.html';
  const pages = names.filter(isHtml);
  return pages.length === 1 && pages[0] === 'index.html' ? 'index.html' : undefined;
}

/** Whether a path asks for a file of some kind: nobody wants a page in its place. */
function hasExtension(path: string): boolean {
  return /\.[a-z][a-z0-9]{0,9}$/i.test(path);
}

/** A path without the slashes at its end. */
function withoutEnd(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

/** The file of that name in the path's folder, or in the nearest one above. */
function nearest(path: string, name: string, files: ReadonlySet<string>): string | undefined {
  for (let end = path.length; end > 0;) {
    end = path.lastIndexOf('/', end - 1) + 1;
    const candidate = `${path.slice(0, end)}${name}`;
    if (end <= longestKey && files.has(candidate)) return candidate;
    end -= 1;
  }
  return files.has(name) ? name : undefined;
}

/** The longest of what follows a slash of the path that is a file. */
function knownSuffix(path: string, files: ReadonlySet<string>): string | undefined {
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const suffix = path.length - at - 1 <= longestKey ? path.slice(at + 1) : '';
    if (files.has(suffix)) return suffix;
  }
  return undefined;
}

/** Characters that the key of an object may have: nothing longer is looked for. */
const longestKey = 1024;
