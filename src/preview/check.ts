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
  return isPage(name) || isScript(name);
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
  const found = new Map<FindingKind, { places: string[]; files: number }>();
  const note = (kind: FindingKind, name: string, line?: number) => {
    const { places, files } = found.get(kind) ?? { places: [], files: 0 };
    const where = line === undefined ? name : `${name}:${line}`;
    found.set(kind, { places: places.length < mostPlaces ? [...places, where] : places, files: files + 1 });
  };
  const traits = { routes: false, saves: false, rootScript: '', base: false, rootWorker: false };
  const closed: string[] = [];
  for (const name of names) if (hostRules.test(name)) note('host-rules', name);
  const readPage = (name: string, text: string) => {
    const at = (kind: FindingKind, match: RegExpExecArray | undefined) => {
      if (match) note(kind, name, lineAt(text, match.index));
    };
    at(
      'root-links',
      first(text, rootLink, (match) => isRootPath(match[1] ?? match[2] ?? '', place)),
    );
    at(
      'sandboxed-frame',
      first(text, sandboxedFrame, ([tag]) => !/allow-same-origin/i.test(tag)),
    );
    at('plugin', first(text, plugin));
    if (isSecure) at('mixed-content', first(text, plainPart));
    const script = first(text, rootScript, (match) => isRootPath(match[1] ?? '', place));
    if (script) traits.rootScript ||= `${name}:${lineAt(text, script.index)}`;
    const policy = first(text, policyTag);
    if (policy) closed.push(`${name}:${lineAt(text, policy.index)}`);
    traits.saves ||= /<a\s(?:[^<>]*\s)?download[\s=>]/i.test(text);
    if (name === 'index.html') traits.base = script !== undefined || isAbsolute(text, place);
  };
  const read = (name: string, text: string) => {
    if (isPage(name)) readPage(name, text);
    const worker = text.includes('serviceWorker') ? first(text, ownWorker) : undefined;
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

/** `<a href="/…">` and what else leads to a page. */
const rootLink =
  /<(?:a|area|form|iframe|frame)\s[^<>]*?\b(?:href|action|src)\s*=\s*["']?(\/(?!\/)[^\s"'>]*)|<meta\s[^<>]*?http-equiv=["']?refresh\b[^<>]*?url=(\/(?!\/)[^\s"'>]*)/gi;
const rootScript = /<(?:script|base)\s[^<>]*?\b(?:src|href)\s*=\s*["']?(\/(?!\/)[^\s"'>]*)/gi;
const sandboxedFrame = /<iframe\s[^<>]*?\bsandbox\b[^<>]*>/gi;
const plugin =
  /<(?:object\s(?:[^<>]*?\s)?data|embed\s(?:[^<>]*?\s)?src)\s*=\s*["']?(?!https?:|data:|\/\/)[^\s"'>]/gi;
const plainPart =
  /<(?:script|img|iframe|source|video|audio|embed)\s[^<>]*?\bsrc\s*=\s*["']?http:\/\/|<link\s[^<>]*?\brel\s*=\s*["']?(?:stylesheet|modulepreload)\b[^<>]*?\bhref\s*=\s*["']?http:\/\//gi;
const policyTag = /<meta\s[^<>]*?http-equiv\s*=\s*["']?content-security-policy\b/gi;
const ownWorker = /\bserviceWorker\s*\??\.\s*(?:register|getRegistrations?|ready)\b/g;

function isRootPath(path: string, place: string): boolean {
  return !path.startsWith(place);
}

/** Whether a page says where it is, so that it can be served for any path: by `<base>`, or by scripts at full paths. */
function isAbsolute(text: string, place: string): boolean {
  return (
    /<base\s[^<>]*\bhref\b/i.test(text) ||
    [...text.matchAll(rootScript)].some(([, path = '']) => path.startsWith(place))
  );
}

function first(
  text: string,
  pattern: RegExp,
  accept: (match: RegExpExecArray) => boolean = () => true,
): RegExpExecArray | undefined {
  for (const match of text.matchAll(pattern)) if (accept(match)) return match;
  return undefined;
}

function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

function isPage(name: string): boolean {
  return /\.html?$/i.test(name);
}

function isScript(name: string): boolean {
  return /\.[cm]?js$/i.test(name);
}
