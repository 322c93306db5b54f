import { Minimatch } from 'minimatch';

import type { Pattern } from './pattern.ts';

/** What stays out even where hidden files are let in, unless a line names it: the checkout's history, and files that hold secrets. */
const guarded: readonly { readonly name: RegExp; readonly stem: string }[] = [
  { name: /^\.git$/, stem: '.git' },
  { name: /^\.env/, stem: '.env' },
  { name: /^gha-creds-.*\.json$/, stem: 'gha-creds-' },
];

/** How a segment begins that may keep a file out, which few do: those that are guarded begin with a dot, or like this. */
const beginnings = ['.', ...guarded.map(({ stem }) => stem).filter((stem) => !stem.startsWith('.'))];

function mayBeLeftOut(name: string): boolean {
  return beginnings.some((beginning) => name.startsWith(beginning) || name.includes(`/${beginning}`));
}

/**
 * Whether a file stays out although a line means it: because a segment of its path below the line's search path begins with a dot, or is
 * guarded, and no segment of that line spells it out.
 * @param name the file's path below the line's search path, by `/`
 */
export function isLeftOut({ globs }: Pattern, name: string, includeHidden: boolean): boolean {
  if (!mayBeLeftOut(name)) return false;
  return name.split('/').some((segment) => {
    const guard = guarded.find(({ name, stem }) => segment.startsWith(stem) && name.test(segment));
    if (guard) return !globs.some((glob) => glob.startsWith(guard.stem) && spells(glob, segment));
    return (
      !includeHidden &&
      segment.startsWith('.') &&
      !globs.some((glob) => glob.startsWith('.') && spells(glob, segment))
    );
  });
}

function spells(glob: string, segment: string): boolean {
  return new Minimatch(glob, {
    dot: true,
    nobrace: true,
    noext: true,
    nocomment: true,
    nonegate: true,
  }).match(segment);
}
