import { type Tag, tagsOf } from './htmlTags.ts';
import { isHtml } from '../files/webPages.ts';
import type { Finding, FindingKind } from './finding.ts';
import { createPublicAddresses } from './publicAddress.ts';
import type { SiteFlags } from './previewMetadata.ts';
import { createBuiltPath } from './builtPath.ts';
import { findingsOf, scriptsOf } from './tagFindings.ts';

export interface SiteCheck {
  /** Checks one page, script or configuration file of the site. */
  readonly read: (name: string, text: string) => void;
  readonly result: () => SiteCheckResult;
}

export interface SiteCheckResult {
  readonly findings: readonly Finding[];
  readonly flags: SiteFlags;
}

/** Whether {@link SiteCheck.read} reads a file. */
export function isChecked(name: string): boolean {
  return isHtml(name) || isScript(name) || name === redirects;
}

const mostPlaces = 5;

/** Configuration files of web hosts. */
const hostRules =
  /^(?:_redirects|_headers|\.htaccess|vercel\.json|netlify\.toml|staticwebapp\.config\.json|firebase\.json)$/;

/** Rules for redirects, as Netlify and Cloudflare Pages read them. */
const redirects = '_redirects';

/**
 * Looks for what does not work in a preview, or differently. It searches text with patterns, so it may miss what a script builds at run
 * time.
 * @param place path of the site's folder on its host, e.g. `/bucket/pull-requests/7/`; a site may have been built for this path
 * @param isSecure whether the preview opens over https
 */
export function createSiteCheck(names: readonly string[], place: string, isSecure: boolean): SiteCheck {
  const { found, note } = createNotes();
  const features = { routes: false, rootScript: '', base: false, fallback: false, isolated: false };
  const publicReferences = createPublicAddresses(names);
  const builtPath = createBuiltPath(names, place);
  for (const name of names) if (hostRules.test(name) && name !== redirects) note('host-rules', name);
  const readPage = (name: string, text: string) => {
    const noted = new Set<FindingKind>();
    const tags = [...tagsOf(text)];
    const noteOnce = (kind: FindingKind, { index }: Tag) => {
      if (!noted.has(kind)) note(kind, name, lineAt(text, index));
      noted.add(kind);
    };
    for (const tag of tags) for (const kind of findingsOf(tag, place, isSecure)) noteOnce(kind, tag);
    for (const { kind, tag } of publicReferences(name, tags)) noteOnce(kind, tag);
    builtPath.read(tags);
    const { rootScript, isAbsolute } = scriptsOf(name, tags, place);
    if (rootScript) features.rootScript ||= `${name}:${lineAt(text, rootScript.index)}`;
    if (name === 'index.html' || name === '200.html') features.base ||= isAbsolute;
  };
  const read = (name: string, text: string) => {
    if (name === redirects) {
      const rules = redirectRules(text);
      features.fallback = rules.includes('fallback');
      if (rules.includes('other')) note('host-rules', name);
      return;
    }
    if (isHtml(name)) readPage(name, text);
    const worker = text.includes('serviceWorker') ? ownWorker.exec(text) : null;
    if (worker) note('own-worker', name, lineAt(text, worker.index));
    const request = text.includes('.open(') ? synchronousRequest.exec(text) : null;
    if (request) note('synchronous-request', name, lineAt(text, request.index));
    if (!isScript(name)) return;
    features.isolated ||= isolation.test(text);
    features.routes ||= /\bpushState\b|\bpopstate\b/.test(text);
  };
  const result = () => {
    const { base: history, fallback, rootScript } = features;
    const isolated = features.isolated && found.delete('own-worker');
    if (isolated) found.set('isolation', { places: [], files: 1 });
    const frame = features.routes && rootScript !== '';
    if (frame) found.set('root-router', { places: [rootScript], files: 1 });
    const findings = [...found].map(([kind, { places, files }]) => ({ kind, places, files }));
    return { findings, flags: { history, frame, fallback, isolated, base: builtPath.result() } };
  };
  return { read, result };
}

/** What the lines of `_redirects` say: that `index.html` answers all paths without a file, or something else. */
function redirectRules(text: string): ('fallback' | 'other')[] {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  return lines
    .filter((line) => line !== '')
    .map((line) => (/^\/\*\s+\/(?:index\.html)?\s+200$/.test(line) ? 'fallback' : 'other'));
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

function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** A library that looks for the registration of a worker has none. */
const ownWorker = /\bserviceWorker\s*\??\.\s*register\b/;

/** The length limit keeps the search linear for a hostile script. */
const synchronousRequest = /\.open\(\s*["'`](?:GET|POST|HEAD)["'`]\s*,[^;{}]{1,200}?,\s*(?:false|!1)\s*[,)]/i;

/** The header that a service worker adds, e.g. coi-serviceworker. */
const isolation = /\bCross-Origin-Embedder-Policy\b/i;

function isScript(name: string): boolean {
  return /\.[cm]?js$/i.test(name);
}
