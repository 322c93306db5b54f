import { encodedPath, percentDecoded } from '../../src/text/encode.ts';
import { expandLink } from '../../src/links/linkTable.ts';
import { type Route, createRoutes } from '../../src/preview/routes.ts';
import type { PreviewSite } from '../../src/preview/previewData.ts';

/** The site's folder in the storage. */
export interface Place {
  /** Its URL, which ends in a slash. */
  readonly root: URL;
  /** What the site has at a URL of this origin. Undefined for URLs outside the site. */
  readonly locate: (url: URL, isPage: boolean) => Route | undefined;
  readonly page: (path: string) => Route;
  /** The URL of a path of the site, without a signature. */
  readonly address: (path: string) => string;
  /** The link of a file, and its ETag, empty if unknown. Undefined if the site has no such file. */
  readonly link: (name: string) => { readonly url: string; readonly etag: string } | undefined;
}

export function createPlace({ names, etags, links, fallback, base }: PreviewSite, root: URL): Place {
  const routes = createRoutes(names, fallback ?? undefined);
  const indexes = new Map(names.map((name, index) => [name, index]));
  const folder = root.pathname.slice(0, -1);
  const found = (route: Route) => (route.kind === 'file' ? route : undefined);
  return {
    root,
    page: routes.page,
    address: (path) => `${root.href}${encodedPath(path)}`,
    locate: ({ pathname }, isPage) => {
      if (pathname === folder && isPage) return { kind: 'redirect', to: '' };
      if (isPage && pathname.startsWith(root.pathname))
        return routes.page(percentDecoded(pathname.slice(root.pathname.length)));
      const own = within(pathname, root.pathname, routes.resource);
      if (own) return own;
      // Sites built for another path request e.g. `/my-project/app.js`, or `/app.js`.
      return found(
        within(pathname, base, routes.resource) ?? routes.resource(percentDecoded(pathname.slice(1))),
      );
    },
    link: (name) => {
      const index = indexes.get(name);
      return index === undefined
        ? undefined
        : { url: expandLink(links, name, index), etag: etags[index] ?? '' };
    },
  };
}

/** The resource at a URL path, if it is in a folder. The folder's URL may have no slash at its end. */
function within(pathname: string, base: string, resource: (path: string) => Route): Route | undefined {
  const folder = base.slice(0, -1);
  if (pathname.startsWith(base)) return resource(percentDecoded(pathname.slice(base.length)));
  if (folder === '') return undefined;
  if (pathname === folder) return resource('');
  // The data of the first page of Next.js.
  if (!pathname.startsWith(`${folder}.`)) return undefined;
  const data = resource(`index${pathname.slice(folder.length)}`);
  return data.kind === 'file' ? data : undefined;
}
