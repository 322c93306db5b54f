import type { Pattern } from './pattern.ts';
import { mayBeHiddenOrSensitive, sensitiveName } from './sensitive.ts';

/** Why a file is skipped although a line of `path` matches it. */
export type SkipReason = 'hidden' | 'sensitive';

/**
 * Why a line skips a file or folder: a segment of its path is sensitive or starts with a dot, and the line does not spell out that segment.
 * @param name path below a folder, with `/`
 * @param folder the name of that folder, which is not checked itself; may be empty if no name is sensitive because of it
 * @returns undefined if the line takes the file
 */
export function skipReason(
  pattern: Pattern,
  name: string,
  folder: string,
  includeHidden: boolean,
): SkipReason | undefined {
  if (!mayBeHiddenOrSensitive(name) && folder === '') return undefined;
  const segments = [folder, ...name.split('/')];
  if (isSensitive(pattern, segments)) return 'sensitive';
  const hides = (segment: string) => segment.startsWith('.') && !pattern.spells(segment, '.');
  return !includeHidden && segments.slice(1).some(hides) ? 'hidden' : undefined;
}

/** @param segments the first one is only the parent of the second and is not checked */
function isSensitive(pattern: Pattern, segments: readonly string[]): boolean {
  return segments.slice(1).some((segment, index) => {
    const folder = segments[index] ?? '';
    const found = sensitiveName(folder, segment);
    if (!found) return false;
    const isFolderSpelled = found.parent === undefined || index === 0 || pattern.spells(folder);
    return !(isFolderSpelled && pattern.spells(segment, found.end === undefined ? undefined : found.stem));
  });
}
