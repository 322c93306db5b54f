import { percentDecoded } from '../text/encode.ts';
import { createRoutes, knownSuffix } from './routes.ts';
import { type Tag, tagsOf } from './htmlTags.ts';

/** Attributes with one URL that a browser loads or that a click opens, by element. */
const urlAttributes: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  area: ['href'],
  audio: ['src'],
  body: ['background'],
  button: ['formaction'],
  embed: ['src'],
  form: ['action'],
  frame: ['src'],
  iframe: ['src'],
  image: ['href', 'xlink:href'],
  img: ['src'],
  input: ['src', 'formaction'],
  link: ['href'],
  object: ['data'],
  script: ['src'],
  source: ['src'],
  track: ['src'],
  use: ['href', 'xlink:href'],
  video: ['src', 'poster'],
};

/** Attributes with several URLs, each with a width or a density. */
const setAttributes: Readonly<Record<string, string>> = {
  img: 'srcset',
  source: 'srcset',
  link: 'imagesrcset',
};

/** Reports that list the files to load in compressed data. */
const reports = [{ mark: 'playwrightReportBase64', folders: ['data/', 'trace/'] }];

/** No site has this host, so a reference that leaves the site has another origin. */
const origin = 'https://site.invalid';

/**
 * The other files that a site's `index.html` loads or links to, relative to the site's folder, in order and without duplicates. A file that only a
 * script loads is found if an inline script contains its name as a string.
 * @param html text of the page, or its start
 * @param names of all files of the site
 * @param place path of the site's folder on its host, encoded, e.g. `/bucket/pull-requests/7/`
 */
export function filesNeeded(html: string, names: readonly string[], place: string): string[] {
  const own = 'index.html';
  const files = new Set(names);
  const found = new Set<string>();
  const locate = locator(names, place);
  const page = new URL(`${place}${own}`, origin);
  let base: URL | undefined;
  for (const tag of tagsOf(html)) {
    if (tag.name === 'base' && tag.attributes.has('href'))
      base ??= URL.parse(valueOf(tag, 'href'), page.href) ?? page;
    for (const reference of referencesIn(tag)) {
      const file = reference === '' ? undefined : locate(reference, base ?? page);
      if (file !== undefined) found.add(file);
    }
    for (const text of stringsIn(tag)) if (files.has(text)) found.add(text);
  }
  for (const { mark, folders } of reports) {
    if (!html.includes(mark)) continue;
    for (const name of names) if (folders.some((folder) => name.startsWith(folder))) found.add(name);
  }
  found.delete(own);
  return [...found];
}

/** Finds files like the preview's service worker, which also serves `/app.js` from the site's folder. */
function locator(
  names: readonly string[],
  place: string,
): (reference: string, base: URL) => string | undefined {
  const { resource } = createRoutes(names);
  const files = new Set(names);
  return (reference, base) => {
    const url = URL.parse(reference, base.href);
    if (url?.origin !== origin) return undefined;
    const { pathname } = url;
    const path = percentDecoded(
      pathname.startsWith(place) ? pathname.slice(place.length) : pathname.slice(1),
    );
    const route = resource(path);
    const found = route.kind === 'redirect' ? resource(route.to) : route;
    // Sites built for another path request e.g. `/my-project/app.js`.
    return found.kind === 'file'
      ? found.name
      : reference.startsWith('/')
        ? knownSuffix(percentDecoded(pathname), files)
        : undefined;
  };
}

function* referencesIn(tag: Tag): Generator<string> {
  const { name, attributes, text } = tag;
  for (const attribute of urlAttributes[name] ?? [])
    if (attributes.has(attribute)) yield valueOf(tag, attribute);
  for (const candidate of valueOf(tag, setAttributes[name] ?? '').split(','))
    yield candidate.trim().split(/\s/, 1)[0] ?? '';
  if (name === 'meta' && /^\s*refresh\s*$/i.test(valueOf(tag, 'http-equiv')))
    yield /url\s*=\s*["']?([^"'\s]*)/i.exec(valueOf(tag, 'content'))?.[1] ?? '';
  yield* stylesIn(valueOf(tag, 'style'));
  if (name === 'style') yield* stylesIn(text);
}

function valueOf({ attributes }: Tag, name: string): string {
  return (attributes.get(name) ?? '').trim().replaceAll('&amp;', '&');
}

/** The length limits keep the search linear for a hostile page. */
const cssUrl =
  /url\(\s{0,20}(?:"([^"]{1,500})"|'([^']{1,500})'|([^"'\s()]{1,500}))|@import\s{1,20}(?:"([^"]{1,500})"|'([^']{1,500})')/gi;

function* stylesIn(css: string): Generator<string> {
  for (const [, ...found] of css.matchAll(cssUrl)) yield found.join('');
}

/** Texts in an inline script that may be paths of files. */
function* stringsIn({ name, text }: Tag): Generator<string> {
  if (name !== 'script') return;
  for (const [, path = ''] of text.matchAll(/["'`](?:\.?\/)?([^"'`\s<>\\?#]{1,300})(?=["'`?#])/g)) yield path;
}
