import { type Tag, tagsOf } from './tags.ts';
import { isHtml } from '../files/media.ts';

/** What may keep a site from working in a preview as it works on a host of its own. */
export type FindingKind =
  /** Links to pages at `/…`: the companion leads them into the preview. */
  | 'root-links'
  /** Built for the root of a host, with a router that goes by paths. */
  | 'root-router'
  /** A service worker of the site's own, or a script that removes workers. */
  | 'own-worker'
  /** A frame that no service worker may answer for. */
  | 'sandboxed-frame'
  /** Files shown by `<object>` or `<embed>`, which browsers ask no service worker for. */
  | 'plugin'
  /** Parts loaded over plain http. */
  | 'mixed-content'
  /** A page that needs the companion, and whose policy may forbid it. */
  | 'closed-policy'
  /** Rules for a host, such as `_redirects`, that nobody follows here. */
  | 'host-rules';

export interface Finding {
  readonly kind: FindingKind;
  /** The first places, as `file:line`. */
  readonly places: readonly string[];
  /** How many files have it. */
  readonly files: number;
}

export interface SiteCheck {
  /** Looks at a text of the site: HTML or a script. */
  readonly read: (name: string, text: string) => void;
  readonly result: () => CheckedSite;
}

export interface CheckedSite {
  readonly findings: readonly Finding[];
  /** Whether pages need the companion to work. */
  readonly companion: boolean;
  /** Whether the site is one page that routes by paths (see `PreviewSite.history`). */
  readonly history: boolean;
}

/** Whether a file is one that {@link SiteCheck.read} wants to see. */
export function isChecked(name: string): boolean {
  return isHtml(name) || isScript(name);
}

const mostPlaces = 5;

/** Files by which hosts are told what to do. */
const hostRules =
  /^(?:_redirects|_headers|\.htaccess|vercel\.json|netlify\.toml|staticwebapp\.config\.json|firebase\.json)$/;

/**
 * Looks for what cannot work in a preview, or needs help: it looks at texts with patterns, so that it may miss what is put together at run time.
 * @param place path of the site's folder on its host, e.g. `/bucket/previews/pr-7/`: a site may have been built for it
 * @param isSecure whether the preview is shown over https
 */
export function createSiteCheck(names: readonly string[], place: string, isSecure: boolean): SiteCheck {
  const { found, note } = createNotes();
  const traits = { routes: false, saves: false, rootScript: '', base: false, rootWorker: false };
  const closed: string[] = [];
  for (const name of names) if (hostRules.test(name)) note('host-rules', name);
  const readPage = (name: string, text: string) => {
    const told = new Set<FindingKind>();
    const line = ({ index }: Tag) => lineAt(text, index);
    let script: Tag | undefined;
    let policy: Tag | undefined;
    let isAbsolute = false;
    for (const tag of tagsOf(text)) {
      for (const kind of findingsOf(tag, place, isSecure)) {
        if (!told.has(kind)) note(kind, name, line(tag));
        told.add(kind);
      }
      const source = scriptSource(tag);
      if (source !== undefined && isRootLink(source) && !source.startsWith(place)) script ??= tag;
      isAbsolute ||= tag.name === 'base' ? tag.attributes.has('href') : source?.startsWith(place) === true;
      if (isMeta(tag, 'content-security-policy')) policy ??= tag;
      traits.saves ||= tag.name === 'a' && tag.attributes.has('download');
    }
    if (script) traits.rootScript ||= `${name}:${line(script)}`;
    if (policy) closed.push(`${name}:${line(policy)}`);
    if (name === 'index.html') traits.base = script !== undefined || isAbsolute;
  };
  const read = (name: string, text: string) => {
    if (isHtml(name)) readPage(name, text);
    const worker = text.includes('serviceWorker') ? ownWorker.exec(text) : null;
    if (worker) note('own-worker', name, lineAt(text, worker.index));
    if (!isScript(name)) return;
    traits.routes ||= /\bpushState\b|\bpopstate\b/.test(text);
    traits.saves ||= /\.download\s*=|\bdownload:\s*["'`\w]|["']download["']/.test(text);
    traits.rootWorker ||= /\bnew\s+(?:Shared)?Worker\(\s*(?:new URL\(\s*)?["'`]\/(?!\/)/.test(text);
  };
  const result = () => {
    const routesAtRoot = traits.routes && traits.rootScript !== '';
    const companion =
      ['root-links', 'own-worker', 'plugin'].some((kind) => found.has(kind as FindingKind)) ||
      routesAtRoot ||
      traits.saves ||
      traits.rootWorker;
    if (routesAtRoot) found.set('root-router', { places: [traits.rootScript], files: 1 });
    if (companion && closed.length > 0)
      found.set('closed-policy', { places: closed.slice(0, mostPlaces), files: closed.length });
    const findings = [...found].map(([kind, { places, files }]) => ({ kind, places, files }));
    return { findings, companion, history: traits.base };
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

/** What a tag has that does not work in a preview, or needs help there. */
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

/** Where a tag leads to: `<a href="…">`, and what else opens a page. */
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

/** What a script, or all of a page, is loaded from. */
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
