import type { Warning } from '../errors/codes.ts';
import { type HeaderRule, globMatcher, reservedHeader } from '../config/headerRules.ts';
import { sanitize } from '../text/sanitize.ts';
import { setting } from '../text/wording.ts';

/**
 * The metadata of objects that the action generates (`_links.html`, the two objects of a preview, `SHA256SUMS`). They do not count as files, are not
 * in `urls`, and can be replaced. An object without this mark belongs to the user, even if it has such a name.
 */
export const generatedMark = { [reservedHeader]: 'upload-to-workspace' } as const;

/** @param headers of the object, names in lower case */
export function isGenerated(headers: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(generatedMark).every(([name, value]) => headers[name] === value);
}

/** The headers of a file, names in lower case. For each header the last matching line counts. */
export function headersFor(file: string, rules: readonly HeaderRule[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    rules.filter(({ matches }) => matches(file)).map(({ name, value }) => [name, value]),
  );
}

/**
 * Warnings about lines without effect: no file matches, or later lines set another value for every file that matches.
 * @param files names relative to the destination
 * @param root absolute path of the folder that names are relative to
 */
export function unmatchedRules(
  rules: readonly HeaderRule[],
  files: readonly string[],
  root: string,
  destination: string,
): Warning[] {
  return rules.flatMap((rule, index) => {
    const later = rules
      .slice(index + 1)
      .filter(({ name, value }) => name === rule.name && value !== rule.value);
    const counts = (file: string) => rule.matches(file) && !later.some(({ matches }) => matches(file));
    if (files.some(counts)) return [];
    const line = `the line '${sanitize(rule.line)}' of ${setting('headers')}`;
    const text = files.some(rule.matches)
      ? `Later lines replace ${line} for every file that it matches: move it below them, or remove it`
      : `No file matches ${line}: ${comparison(rule, files, root, destination)}`;
    return [{ code: 'unmatched-headers', text }];
  });
}

function comparison({ glob = '' }: HeaderRule, files: readonly string[], root: string, destination: string) {
  const found = [...alternatives(glob, [root, destination])]
    .map((other) => ({ other, example: files.find(globMatcher(other)) }))
    .find(({ example }) => example !== undefined);
  const example = sanitize(found?.example ?? files[0] ?? '');
  const hint = found ? `; to match it, write '${sanitize(found.other)}'` : '';
  return `it is compared with names relative to ${sanitize(root)}, e.g. '${example}'${hint}`;
}

/** What the user may mean with a glob that matches nothing: a folder, `\` as separator, a path from a folder above, or another letter case. */
function* alternatives(glob: string, folders: readonly string[]): Generator<string> {
  const whole = glob.replaceAll('\\', '/').replace(/^(?:\.{0,2}\/)+|\/+$/g, '');
  const segments = whole.split('/');
  const above = folders.map((folder) => `/${folder.replaceAll('\\', '/')}`);
  const lengths = [...segments.keys()].map((index) => index + 1);
  const inside = lengths
    .filter((length) => above.some((folder) => folder.endsWith(`/${segments.slice(0, length).join('/')}`)))
    .map((length) => segments.slice(length))
    .map((rest) => (rest.length === 1 ? `/${rest.join('')}` : rest.join('/') || '**'));
  for (const text of [whole, ...inside]) yield* [text, `${text}/**`];
  yield* [`**/${whole}`, whole.toLowerCase()];
}
