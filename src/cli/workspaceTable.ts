import { outputLines } from '../hosts/outputLines.ts';

type Row = Readonly<Record<'name' | 'type' | 'platform' | 'storage_type' | 'status', string>>;

const headings: Row = {
  name: 'NAME',
  type: 'TYPE',
  platform: 'PLATFORM',
  storage_type: 'STORAGE',
  status: 'STATUS',
};

/**
 * The workspaces for standard output: a table on a terminal, else one name per line for scripts.
 * @param json the output `workspaces`
 */
export function workspaceLines(json: string, isTerminal: boolean): string[] {
  const rows = JSON.parse(json) as readonly Row[];
  if (!isTerminal) return outputLines(rows.map(({ name }) => name));
  const columns = Object.keys(headings) as readonly (keyof Row)[];
  const table = [headings, ...rows].map((row) => outputLines(columns.map((column) => row[column])));
  const widths = columns.map((_, index) => Math.max(...table.map((cells) => cells[index]?.length ?? 0)));
  return table.map((cells) =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
