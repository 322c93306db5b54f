import { type Tag, tagsOf } from './htmlTags.ts';
import { isHtml } from '../files/webPages.ts';

/** What may work differently in a preview than on a web server. */
export type FindingKind =
  /** Links to pages at `/…`. The companion redirects them into the preview. */
  | 'root-links'
  /** A site that was built for the root of a host and routes by path. A frame shows it. */
  | 'root-router'
  /** The site has a service worker, or a script that unregisters service workers. */
  | 'own-worker'
  /** A frame whose requests do not reach the service worker. */
  | 'sandboxed-frame'
  /** Files in `<object>` or `<embed>`. Browsers load them without the service worker. */
  | 'plugin'
  /** Resources over plain http. */
  | 'mixed-content'
  /** Configuration for a web host, e.g. `_redirects`, which has no effect. */
  | 'host-rules';

export interface Finding {
  readonly kind: FindingKind;
  /** The first places, as `file:line`. */
  readonly places: readonly string[];
  /** Number of files that have it. */
  readonly files: number;
}

export interface SiteCheck {
  /** Checks one HTML page or script of the site. */
  readonly read: (name: string, text: string) => void;
  readonly result: () => SiteCheckResult;
}

export interface SiteCheckResult {
  readonly findings: readonly Finding[];
  /** Whether pages need the companion to work. */
  readonly companion: boolean;
  /** Whether the site has one page and routes by path (see `PreviewSite.history`). */
  readonly history: boolean;
  /** Whether a frame must show the site (see `SiteFlags.frame`). */
  readonly frame: boolean;
}

/** Whether {@link SiteCheck.read} reads a file. */
export function isChecked(name: string): boolean {
  return isHtml(name) || isScript(name);
}

const mostPlaces = 5;

/** Configuration files of web hosts. */
const hostRules =
  /^(?:_redirects|_headers|\.htaccess|vercel\.json|netlify\.toml|staticwebapp\.config\.json|firebase\.json)$/;

/**
 * Looks for what does not work in a preview, or only with the companion. It searches text with patterns, so it may miss what a script builds at run
 * time.
 * @param place path of the site's folder on its host, e.g. `/bucket/pull-requests/7/`; a site may have been built for this path
 * @param isSecure whether the preview opens over https
 */
export function createSiteCheck(names: readonly string[], place: string, isSecure: boolean): SiteCheck {
  const { found, note } = createNotes();
  const features = { routes: false, saves: false, rootScript: '', base: false, rootWorker: false };
  for (const name of names) if (hostRules.test(name)) note('host-rules', name);
  const readPage = (name: string, text: string) => {
    const noted = new Set<FindingKind>();
    const line = ({ index }: Tag) => lineAt(text, index);
    let script: Tag | undefined;
    let isAbsolute = false;
    for (const tag of tagsOf(text)) {
      for (const kind of findingsOf(tag, place, isSecure)) {
        if (!noted.has(kind)) note(kind, name, line(tag));
        noted.add(kind);
      }
      const source = scriptSource(tag);
      if (source !== undefined && isRootLink(source) && !source.startsWith(place)) script ??= tag;
      isAbsolute ||= tag.name === 'base' ? tag.attributes.has('href') : source?.startsWith(place) === true;
      features.saves ||= tag.name === 'a' && tag.attributes.has('download');
    }
    if (script) features.rootScript ||= `${name}:${line(script)}`;
    if (name === 'index.html') features.base = script !== undefined || isAbsolute;
  };
  const read = (name: string, text: string) => {
    if (isHtml(name)) readPage(name, text);
    const worker = text.includes('serviceWorker') ? ownWorker.exec(text) : null;
    if (worker) note('own-worker', name, lineAt(text, worker.index));
    if (!isScript(name)) return;
    features.routes ||= /\bpushState\b|\bpopstate\b/.test(text);
    features.saves ||= /\.download\s*=|\bdownload:\s*["'`\w]|["']download["']/.test(text);
    features.rootWorker ||= /\bnew\s+(?:Shared)?Worker\(\s*(?:new URL\(\s*)?["'`]\/(?!\/)/.test(text);
  };
  const result = () => {
    const routesAtRoot = features.routes && features.rootScript !== '';
    const companion =
      ['root-links', 'own-worker', 'plugin'].some((kind) => found.has(kind as FindingKind)) ||
      routesAtRoot ||
      features.saves ||
      features.rootWorker;
    if (routesAtRoot) found.set('root-router', { places: [features.rootScript], files: 1 });
    const findings = [...found].map(([kind, { places, files }]) => ({ kind, places, files }));
    return { findings, companion, history: features.base, frame: routesAtRoot };
  };
  return { read, result };
}

function createNotes() {
  const found = new Map<FindingKind, { places: string[]; files: number }>();
  const note = (kind: FindingKind, name: string, line?: number) => {
    const { places, files } = found.get(kind) ?? { places: [], files: 0 };
    const where = line === undefined ? name : `${name}:${line}`;
    found.set(kind, { places: places.length < mostPlaces ? [...places, where] : places, files: files + 1 });
  };
  return { found, note };
}

const ownWorker = /\bserviceWorker\s*\??\.\s*(?:register|getRegistrations?|ready)\b/;

const parts = new Set(['script', 'img', 'iframe', 'source', 'video', 'audio', 'embed']);

/** What a tag contains that does not work in a preview, or only with the companion. */
function* findingsOf(tag: Tag, place: string, isSecure: boolean): Generator<FindingKind> {
  const { name, attributes } = tag;
  const value = (attribute: string) => attributes.get(attribute)?.trim() ?? '';
  if (pageLinks(tag).some((link) => isRootLink(link) && !link.startsWith(place))) yield 'root-links';
  if (name === 'iframe' && attributes.has('sandbox') && !/allow-same-origin/i.test(value('sandbox')))
    yield 'sandboxed-frame';
  const shown = name === 'object' ? value('data') : name === 'embed' ? value('src') : '';
  if (shown !== '' && !/^(?:https?:|data:|\/\/)/i.test(shown)) yield 'plugin';
  const isStyle = name === 'link' && /^(?:stylesheet|modulepreload)\b/i.test(value('rel'));
  const part = parts.has(name) ? value('src') : isStyle ? value('href') : '';
  if (isSecure && /^http:\/\//i.test(part)) yield 'mixed-content';
}

/** The URLs of a tag that opens a page, e.g. `<a href="…">`. */
function pageLinks(tag: Tag): string[] {
  const { name, attributes } = tag;
  if (isMeta(tag, 'refresh'))
    return [/url\s*=\s*["']?(\S*)/i.exec(attributes.get('content') ?? '')?.[1] ?? ''];
  return ['a', 'area', 'form', 'iframe', 'frame'].includes(name)
    ? ['href', 'action', 'src'].map((attribute) => attributes.get(attribute)?.trim() ?? '')
    : [];
}

function isMeta({ name, attributes }: Tag, equivalent: string): boolean {
  return name === 'meta' && attributes.get('http-equiv')?.trim().toLowerCase() === equivalent;
}

/** The URL of a script, or the base URL of a page. */
function scriptSource({ name, attributes }: Tag): string | undefined {
  const source =
    name === 'script' ? attributes.get('src') : name === 'base' ? attributes.get('href') : undefined;
  return source?.trim();
}

function isRootLink(link: string): boolean {
  return link.startsWith('/') && !link.startsWith('//');
}

function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

function isScript(name: string): boolean {
  return /\.[cm]?js$/i.test(name);
}
