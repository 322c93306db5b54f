import { isHtml } from '../files/webPages.ts';

/** What a site has at a path. Paths are relative to the site's folder and not percent-encoded. */
export type Route =
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly status: 200 | 404;
      /** Whether the file is a fallback page, because no file has this path. */
      readonly isFallback: boolean;
    }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'missing' };

export interface Routes {
  /** The route of a navigation, as static hosts resolve it. */
  readonly page: (path: string) => Route;
  /** The route of a resource that a page loads: never a fallback page or a "not found" page. */
  readonly resource: (path: string) => Route;
}

/**
 * Resolves paths like static hosts: the file itself, `index.html` of a folder, or the name without `.html`; otherwise the nearest `404.html`. A
 * single-page application has one page or a `200.html`. That page is its fallback, because its script knows the routes.
 * @param fallback the fallback page, if the names do not decide
 */
export function createRoutes(names: readonly string[], fallback = fallbackPage(names)): Routes {
  const files = new Set(names);
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
      // The fallback page resolves relative URLs against its route: at `a/b` it requests `app.js` as `a/app.js`.
      const name = fallback === undefined ? undefined : knownSuffix(path, files);
      return name === undefined ? { kind: 'missing' } : found(name);
    },
  };
}

function fallbackPage(names: readonly string[]): string | undefined {
  if (names.includes('200.html')) return '200.html';
  const pages = names.filter(isHtml);
  return pages.length === 1 && pages[0] === 'index.html' ? 'index.html' : undefined;
}

/** Whether a path ends in a file extension. Such a path never gets the fallback page. */
function hasExtension(path: string): boolean {
  return /\.[a-z][a-z0-9]{0,9}$/i.test(path);
}

function withoutEnd(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

/** The file of this name in the folder of the path, or in the nearest folder above. */
function nearest(path: string, name: string, files: ReadonlySet<string>): string | undefined {
  for (let end = path.length; end > 0;) {
    end = path.lastIndexOf('/', end - 1) + 1;
    const candidate = `${path.slice(0, end)}${name}`;
    if (end <= longestKey && files.has(candidate)) return candidate;
    end -= 1;
  }
  return files.has(name) ? name : undefined;
}

/** The longest suffix of the path, after a slash, that is a file. */
export function knownSuffix(path: string, files: ReadonlySet<string>): string | undefined {
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const suffix = path.length - at - 1 <= longestKey ? path.slice(at + 1) : '';
    if (files.has(suffix)) return suffix;
  }
  return undefined;
}

/** The longest key in S3. Longer paths need no lookup. */
const longestKey = 1024;
