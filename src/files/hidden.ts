import type { Pattern } from './pattern.ts';
import { mayBeHiddenOrSensitive, sensitiveName } from './sensitive.ts';

/** Why a file stays out although a line of `path` means it. */
export type SkipReason = 'hidden' | 'sensitive';

/**
 * Why a file or folder stays out: a segment of its path is sensitive, or begins with a dot, and the line does not spell that segment out.
 * @param name path below a folder, by `/`
 * @param folder that folder's name, which is not judged itself; may be empty where nothing is sensitive for being in it
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

/** @param segments the first is only what the second is in */
function isSensitive(pattern: Pattern, segments: readonly string[]): boolean {
  return segments.slice(1).some((segment, index) => {
    const folder = segments[index] ?? '';
    const found = sensitiveName(folder, segment);
    if (!found) return false;
    const isFolderSpelled = found.parent === undefined || index === 0 || pattern.spells(folder);
    return !(isFolderSpelled && pattern.spells(segment, found.end === undefined ? undefined : found.stem));
  });
}
