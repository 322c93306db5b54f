import { excerpt } from '../text/sanitize.ts';
import { isUnreasonable } from './globs.ts';
import type { Reader } from './reader.ts';

export function readPath(reader: Reader): string[] {
  const lines = reader.lines('path').filter((line) => !line.startsWith('#'));
  const expected = `files, folders or globs, one a line, e.g. 'dist'`;
  if (lines.length === 0) reader.problem('path', `is missing; expected ${expected}`);
  else if (lines.every(isExclusion))
    reader.problem(
      'path',
      `got only exclusions (${excerpt(lines.join(' '))}), expected ${expected}, as well`,
    );
  for (const line of lines) {
    const pattern = line.replace(leadingBangs, '');
    if (pattern === '') reader.refuse('path', line, `a file, folder or glob after '!'`);
    if (isUnreasonable(pattern)) reader.refuse('path', line, `a shorter path or glob`);
    if (pattern.split(/[\\/]/).includes('..')) {
      reader.refuse('path', line, `a path without '..', relative to the working directory or absolute`);
    }
    if (pattern === line && wholeMachine.test(line)) {
      reader.refuse(
        'path',
        line,
        `a path that names a folder of this machine. An empty expression may have left that '/'`,
      );
    }
  }
  return lines;
}

/** The root of the file system, or everything in it: `${{ … }}/**` with an empty expression would upload it all. */
export const wholeMachine = /^(?:[a-z]:)?[\\/]+(?:\*+(?:[\\/].*)?)?$/i;

const leadingBangs = /^(?:!\s*)*/;

/** Each `!` inverts the meaning, as in `@actions/glob`. */
function isExclusion(line: string): boolean {
  return ((leadingBangs.exec(line)?.[0].match(/!/g) ?? []).length & 1) === 1;
}
