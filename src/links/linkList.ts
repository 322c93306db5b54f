import * as v from 'valibot';

import { ActionError } from '../errors/error.ts';
import type { Get } from '../sync/downloads.ts';
import { excerpt, sanitize } from '../text/sanitize.ts';
import { wording } from '../text/wording.ts';
import { compressLinks, expandLink, type LinkTable } from './linkTable.ts';
import { linkProblem } from './urlChecks.ts';

/** The files that a links file or an index page names, with their links. */
export interface LinkList {
  readonly kind: 'links file' | 'index page';
  readonly workspace: string;
  /** Without slashes at its ends; empty for the prefix of the workspace itself. */
  readonly destination: string;
  /** Milliseconds since the epoch; undefined if unknown. */
  readonly expiresAt: number | undefined;
  /** The source of each is its link. It is made on demand, because 100,000 links take 170 MB. */
  readonly files: readonly Get[];
}

export interface LinkListOptions {
  /** Where the text comes from, for messages. It contains no link. */
  readonly where: string;
  /** Whether links may lead to servers on this machine by plain HTTP. */
  readonly plainHttp: boolean;
}

/**
 * Reads a links file (JSON) or an index page (HTML). Nothing in it is executed.
 * @throws ActionError `invalid-links` for another content, and for a link that must not be opened
 */
export function parseLinkList(content: string, options: LinkListOptions): LinkList {
  const text = content.startsWith('\ufeff') ? content.slice(1) : content;
  const start = text.slice(0, 1_024).trimStart();
  if (/^[{[]/.test(start)) return parseLinksFile(text, options);
  if (start.startsWith('<')) return parseIndexPage(text, options);
  throw invalid(options, 'it is neither a links file nor an index page');
}

const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/i, 'is not a SHA-256 in hex'));
const name = v.pipe(
  v.string(),
  v.minLength(1),
  v.check((text) => text.isWellFormed(), 'is not valid Unicode'),
);

/** See `LinksHeader` and `LinkedFile`, which the upload writes. */
const linksFile = v.object({
  version: v.number(),
  workspace: v.optional(v.string(), ''),
  destination: v.optional(v.string(), ''),
  expires_at: v.optional(v.string(), ''),
  files: v.array(
    v.object({
      path: name,
      size: bytes,
      url: v.optional(v.string()),
      sha256: v.optional(v.nullable(sha256)),
    }),
  ),
});

function parseLinksFile(text: string, options: LinkListOptions): LinkList {
  const { version, workspace, destination, expires_at, files } = checked(
    linksFile,
    parseJson(text, options),
    options,
  );
  if (version !== 1)
    throw invalid(
      options,
      `its version is ${excerpt(String(version), 20)}, and ${wording().program} reads version 1`,
    );
  if (files.length > 0 && files.every(({ url }) => url === undefined)) throw withoutLinks(options);
  const table = compressLinks(files.map(({ path, url = '' }) => ({ name: path, url })));
  const expiresAt = Date.parse(expires_at);
  return {
    kind: 'links file',
    workspace,
    destination,
    expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt,
    files: getsOf(
      {
        names: files.map(({ path }) => path),
        sizes: files.map(({ size }) => size),
        sums: files.map((file) => file.sha256 ?? ''),
      },
      table,
      options,
    ),
  };
}

/** See `IndexPageData`, which the page has as JSON. */
const indexPage = v.object({
  workspace: v.string(),
  destination: v.string(),
  expiresAt: v.nullable(
    v.pipe(
      v.number(),
      v.check((time) => !Number.isNaN(new Date(time).getTime())),
    ),
  ),
  links: v.nullable(v.object({ base: v.string(), query: v.string(), rest: v.array(v.string()) })),
  names: v.array(name),
  sizes: v.array(bytes),
  sums: v.optional(v.array(v.union([v.literal(''), sha256])), []),
});

/** The start of the element with the data of a page. `<` is escaped in the data, so it ends at the next tag. Browsers may save it in another form. */
const dataStart = /<script\s[^<>]*\bid="data"[^<>]*>/;

/** The JSON in the HTML of an index page; undefined if there is none. */
export function indexPageJson(html: string): string | undefined {
  const found = dataStart.exec(html);
  const start = found ? found.index + found[0].length : 0;
  const end = found ? html.indexOf('</script', start) : -1;
  return end < 0 ? undefined : html.slice(start, end);
}

function parseIndexPage(text: string, options: LinkListOptions): LinkList {
  const json = indexPageJson(text);
  if (json === undefined) throw invalid(options, 'it is a web page, but not an index page');
  const data = parseJson(json, options);
  if (v.is(v.object({ worker: v.string(), id: v.string() }), data)) throw isPreview(options);
  const { workspace, destination, expiresAt, links, names, sizes, sums } = checked(indexPage, data, options);
  if (links === null) throw withoutLinks(options);
  const lengths = [sizes.length, links.rest.length, ...(sums.length > 0 ? [sums.length] : [])];
  if (lengths.some((length) => length !== names.length))
    throw invalid(options, `its columns have different lengths: ${[names.length, ...lengths].join(', ')}`);
  return {
    kind: 'index page',
    workspace,
    destination,
    expiresAt: expiresAt ?? undefined,
    files: getsOf({ names, sizes, sums }, links, options),
  };
}

interface Columns {
  readonly names: readonly string[];
  readonly sizes: readonly number[];
  /** Empty texts are unknown. */
  readonly sums: readonly string[];
}

function getsOf({ names, sizes, sums }: Columns, table: LinkTable, options: LinkListOptions): Get[] {
  return names.map((path, index) => {
    const fault = linkProblem(expandLink(table, path, index), options.plainHttp);
    if (fault !== undefined)
      throw invalid(options, `its link to '${excerpt(path, 120)}' is not valid: ${fault}`);
    const sum = sums[index] ?? '';
    return {
      name: path,
      size: sizes[index] ?? 0,
      etag: undefined,
      sha256: sum === '' ? undefined : sum.toLowerCase(),
      get source() {
        return expandLink(table, path, index);
      },
    };
  });
}

function parseJson(text: string, options: LinkListOptions): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(options, 'its JSON is not valid. The file may be incomplete', cause);
  }
}

/** The message says where in the list the problem is, but never quotes a value, which may be a link. */
function checked<const T extends v.GenericSchema>(
  schema: T,
  data: unknown,
  options: LinkListOptions,
): v.InferOutput<T> {
  const result = v.safeParse(schema, data, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = v.getDotPath(issue) ?? '';
  const expected = issue.expected ?? issue.message;
  throw invalid(
    options,
    place === ''
      ? 'it has another form'
      : `'${excerpt(place, 80)}' is not valid (expected ${excerpt(expected, 80)})`,
  );
}

const makeNew = () => `run ${wording().action('links')} with the workspace and destination of the files`;

function invalid({ where }: LinkListOptions, why: string, cause?: unknown): ActionError {
  return new ActionError('invalid-links', `The links in ${sanitize(where)} cannot be used: ${why}`, {
    hint: `Use the link of an index page (_links.html), or the file of the output 'links-file'. To make one, ${makeNew()}.`,
    cause,
  });
}

function withoutLinks({ where }: LinkListOptions): ActionError {
  return new ActionError('invalid-links', `${sanitize(where)} has names of files, but no links`, {
    hint: `It was made with ${wording().setting('links', 'none')}. To make links, ${makeNew()}.`,
  });
}

function isPreview({ where }: LinkListOptions): ActionError {
  return new ActionError('invalid-links', `${sanitize(where)} is a preview, which has no list of its files`, {
    hint: `Use the link of the index page (_links.html): comments and summaries call it 'All files'. To make one, ${makeNew()}.`,
  });
}
