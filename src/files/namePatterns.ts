import { readPatterns } from './pattern.ts';
import { linux } from './system.ts';

/** Chooses names by lines with globs. */
export interface NamePatterns {
  /** @param name relative, with `/` */
  readonly includes: (name: string) => boolean;
  /** The lines that have matched no name so far. */
  readonly unmatched: () => readonly string[];
}

/**
 * Reads the lines of the input `pattern`. The syntax is that of `path`, but names come from a listing, so it is the same on every system: `*`, `**`,
 * `?` and `[…]`, letter case matters, a folder stands for all files in it, and a later line wins. A first line with `!` excludes from all files.
 */
export function readNamePatterns(lines: readonly string[]): NamePatterns {
  const root = '/';
  const whole = lines[0]?.startsWith('!') ? ['**', ...lines] : lines;
  // A name may be `~`.
  const patterns = readPatterns(whole, root, '/~', linux).map((pattern) => ({
    ...pattern,
    folder: pattern.searchPath === root ? '' : pattern.searchPath.slice(1),
  }));
  const matched = new Set<string>();
  return {
    includes: (given) => {
      const name = withoutDots(given);
      let isIncluded = false;
      for (const pattern of patterns) {
        const { folder, line, negate } = pattern;
        const below = nameBelow(folder, name);
        if (below === undefined || !pattern.matches(below)) continue;
        isIncluded = !negate;
        matched.add(line);
      }
      return isIncluded;
    },
    unmatched: () => lines.filter((line) => !line.startsWith('#') && !matched.has(line)),
  };
}

/**
 * Wildcards never match the segments `.` and `..` (minimatch). A hostile list may have them, and such a name must be refused later, not left out
 * silently.
 */
function withoutDots(name: string): string {
  return name.includes('.') ? name.replace(/(^|\/)(\.\.?)(?=\/|$)/g, '$1\0$2') : name;
}

/** A name relative to a folder; empty for the folder itself, undefined outside of it. */
function nameBelow(folder: string, name: string): string | undefined {
  if (folder === '') return name;
  if (!name.startsWith(folder)) return undefined;
  if (name.length === folder.length) return '';
  return name[folder.length] === '/' ? name.slice(folder.length + 1) : undefined;
}
