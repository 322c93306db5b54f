import { parse } from 'papaparse';

import { count, formatBytes } from '../../../src/text/format.ts';
import { element, note } from '../elements.ts';
import type { Show } from './viewer.ts';

/** Bytes that are fetched. */
const limit = 2 * 1024 ** 2;
const mostRows = 1_000;
const mostColumns = 50;

/** Characters of a cell. */
const cellLength = 500;

/** Characters of a number: the time for the pattern grows with the third power of a cell. */
const mostDigits = 40;

const number = /^\s*[+-]?(?:\d[\d\s.,']*|\.\d+)(?:e[+-]?\d+)?\s*%?\s*$/i;

/** Shows CSV and TSV as a table. Formulas are text. */
export const showTable: Show = async ({ size, type, path }, place, { beginning, decode, asText }) => {
  const { bytes, isCut } = await beginning(limit);
  const isTabbed = type.includes('tab-separated') || /\.(?:tsv|tab)$/i.test(path);
  const { data } = parse<string[]>(decode(bytes), {
    delimiter: isTabbed ? '\t' : '',
    skipEmptyLines: 'greedy',
  });
  // The last row of a part of a file may be incomplete.
  const rows = isCut ? data.slice(0, -1) : data;
  const [header, ...body] = rows;
  if (!header) return asText('This file has no rows.');
  const shown = body.slice(0, mostRows);
  const width = Math.min(
    mostColumns,
    shown.reduce((most, row) => Math.max(most, row.length), header.length),
  );
  place.append(
    element(
      'div',
      { class: 'grid', tabindex: '0', role: 'region', 'aria-label': 'Table' },
      tableOf(header, shown, width),
    ),
    note(summary({ body, isCut, size, header })),
  );
};

function tableOf(header: readonly string[], rows: readonly string[][], width: number): HTMLTableElement {
  const columns = Array.from({ length: width }, (_, column) => column);
  const areNumbers = columns.map((column) => {
    const filled = rows.map((row) => row[column] ?? '').filter((cell) => cell.trim() !== '');
    return filled.length > 0 && filled.every((cell) => cell.length <= mostDigits && number.test(cell));
  });
  const cells = (row: readonly string[], tag: 'th' | 'td') =>
    columns.map((column) =>
      element(
        tag,
        { ...(areNumbers[column] && { class: 'number' }), ...(tag === 'th' && { scope: 'col' }) },
        cut(row[column] ?? ''),
      ),
    );
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...cells(header, 'th'))),
    element('tbody', {}, ...rows.map((row) => element('tr', {}, ...cells(row, 'td')))),
  );
}

function cut(text: string): string {
  return text.length > cellLength ? `${text.slice(0, cellLength)} …` : text;
}

function summary({
  body,
  isCut,
  size,
  header,
}: {
  readonly body: readonly string[][];
  readonly isCut: boolean;
  readonly size: number;
  readonly header: readonly string[];
}): string {
  const columns =
    header.length > mostColumns ? ` and the first ${mostColumns} of ${count(header.length, 'column')}` : '';
  const shown = Math.min(body.length, mostRows);
  if (isCut) return `The first ${count(shown, 'row')}${columns} of a file of ${formatBytes(size)}.`;
  if (body.length <= mostRows) return `${count(body.length, 'row')}${columns}.`;
  const rest = body.length - mostRows;
  return `The first ${count(mostRows, 'row')}${columns}. ${count(rest, 'row')} ${rest === 1 ? 'is' : 'are'} not shown.`;
}
