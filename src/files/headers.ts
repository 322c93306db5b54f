import type { Warning } from '../errors/codes.ts';
import { type HeaderRule, globMatcher, reservedHeader } from '../config/headers.ts';
import { sanitize } from '../text/sanitize.ts';

/**
 * The mark of objects that this action generates (`_links.html`, a preview's two files, `SHA256SUMS`): they are not counted, not in `urls`, and
 * replaced freely. An object without it is somebody's file, whatever its name.
 */
export const generatedMark = { [reservedHeader]: 'upload-to-workspace' } as const;

/** Whether an object carries the mark. @param headers it is stored with, names in lower case */
export function isGenerated(headers: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(generatedMark).every(([name, value]) => headers[name] === value);
}

/** Headers to store a file with: for each header the last line that means the file. Names are in lower case. */
export function headersFor(file: string, rules: readonly HeaderRule[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    rules.filter(({ matches }) => matches(file)).map(({ name, value }) => [name, value]),
  );
}

/**
 * A sentence on each line that changes nothing: no file matches it, or a later line has another value for all that do.
 * @param files their names, relative to the destination
 * @param root absolute path of the folder that they are in
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
    const line = `the line '${sanitize(rule.line)}' of 'headers'`;
    const text = files.some(rule.matches)
      ? `Later lines decide for every file that ${line} matches: move it below them, or remove it`
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
  return `it is compared with names relative to ${sanitize(root)}, such as '${example}'${hint}`;
}

/** What may be meant by a glob that matches nothing: a folder, a name by another separator, one from higher up, or one in another case. */
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
