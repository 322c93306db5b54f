import { type Selection, type SelectionOptions, selectFiles } from '../../../src/files/selection.ts';
import type { TemporaryFolder } from '../folders.ts';

/** Selects as the root action does in a checkout that is this folder. */
export function select(
  folder: TemporaryFolder,
  lines: readonly string[],
  rules: Partial<SelectionOptions> = {},
): Selection {
  return selectFiles({
    onFile: () => undefined,
    lines,
    root: undefined,
    includeHiddenFiles: false,
    symlinks: 'inside',
    cwd: folder.path,
    checkout: folder.path,
    ...rules,
  });
}

export function names({ files }: Selection): string[] {
  return files.map(({ name }) => name);
}
