import { type Selection, type SelectionOptions, selectFiles } from '../../../src/files/selection.ts';
import type { TemporaryFolder } from '../folders.ts';

/** A selection, with the texts of its warnings and their codes apart. */
export interface Selected extends Omit<Selection, 'warnings'> {
  readonly warnings: readonly string[];
  readonly warningCodes: readonly string[];
}

/** Selects as the root action does in a checkout that is this folder. */
export function select(
  folder: TemporaryFolder,
  lines: readonly string[],
  rules: Partial<SelectionOptions> = {},
): Selected {
  const { warnings, ...selection } = selectFiles({
    onFile: () => undefined,
    lines,
    root: undefined,
    includeHiddenFiles: false,
    symlinks: 'inside',
    cwd: folder.path,
    checkout: folder.path,
    ...rules,
  });
  return {
    ...selection,
    warnings: warnings.map(({ text }) => text),
    warningCodes: warnings.map(({ code }) => code),
  };
}

export function names({ files }: Pick<Selection, 'files'>): string[] {
  return files.map(({ name }) => name);
}
