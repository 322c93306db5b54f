import { describe, expect, test } from '@jest/globals';

import { notebookOf } from '../../../browser/index/viewers/notebookCells.ts';

const notebook = (cells: unknown, more: object = {}) =>
  notebookOf(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells, ...more }));
const output = (given: unknown) => {
  const cell = notebook([{ cell_type: 'code', source: [], outputs: [given] }])?.cells[0];
  return cell?.kind === 'code' ? cell.outputs[0] : undefined;
};
const data = (forms: object) => output({ output_type: 'display_data', data: forms });

describe('notebooks', () => {
  test('have Markdown, code and raw cells', () => {
    const made = notebook(
      [
        { cell_type: 'markdown', source: ['# A\n', 'b'], attachments: { 'x.png': { 'image/png': 'AA==' } } },
        { cell_type: 'code', source: 'print(1)', execution_count: 3, outputs: [] },
        { cell_type: 'code', source: 'x', execution_count: null },
        { cell_type: 'raw', source: 'r' },
      ],
      { metadata: { language_info: { name: 'python' } } },
    );
    expect(made).toEqual({
      language: 'python',
      cells: [
        { kind: 'markdown', text: '# A\nb', attachments: { 'x.png': 'data:image/png;base64,AA==' } },
        { kind: 'code', count: 3, text: 'print(1)', outputs: [] },
        { kind: 'code', count: undefined, text: 'x', outputs: [] },
        { kind: 'raw', text: 'r' },
      ],
    });
  });

  test('join the pieces of one text', () => {
    const stream = (text: string) => ({ output_type: 'stream', name: 'stdout', text });
    expect(notebook([{ cell_type: 'code', outputs: [stream('a'), stream('b')] }])?.cells[0]).toMatchObject({
      outputs: [{ kind: 'text', text: 'ab' }],
    });
  });

  test('show the best form of an output', () => {
    expect(data({ 'image/png': 'AA\n==', 'text/plain': 'x' })).toEqual({
      kind: 'picture',
      url: 'data:image/png;base64,AA==',
    });
    expect(data({ 'text/html': ['<b>', 'a'], 'text/plain': ['x'] })).toEqual({
      kind: 'html',
      text: '<b>a',
      plain: 'x',
    });
    expect(data({ 'text/plain': 'x' })).toEqual({ kind: 'text', text: 'x\n' });
    expect(data({ 'application/json': { a: 1 } })).toEqual({ kind: 'text', text: '{\n  "a": 1\n}' });
    expect(data({ 'application/unknown': 1 })).toBeUndefined();
    expect(output({ output_type: 'error', ename: 'E', evalue: 'v', traceback: ['\x1b[31ma', 'b'] })).toEqual({
      kind: 'error',
      text: '\x1b[31ma\nb',
    });
    expect(output({ output_type: 'error', ename: 'E', evalue: 'v' })).toEqual({
      kind: 'error',
      text: 'E: v',
    });
  });

  test('have SVG as a picture, where its scripts do not run', () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script>\ud800"</svg>';
    const shown = data({ 'image/svg+xml': svg });
    expect(shown).toMatchObject({ kind: 'picture' });
    expect(shown?.kind === 'picture' && shown.url).toMatch(/^data:image\/svg\+xml,%3Csvg[^<>"\s]*$/);
  });

  test('have no picture from another form of text', () => {
    expect(data({ 'image/png': 'https://x.example/a.png', 'text/plain': 'x' })).toEqual({
      kind: 'text',
      text: 'x\n',
    });
  });

  test.each([
    ['{', 'not JSON'],
    ['[]', 'an array'],
    ['null', 'null'],
    ['{"nbformat":3,"worksheets":[]}', 'an old version'],
    ['{"nbformat":4}', 'without cells'],
    ['{"nbformat":4,"cells":{}}', 'cells of another type'],
  ])('%s is not a notebook: %s', (text) => {
    expect(notebookOf(text)).toBeUndefined();
  });

  test('of wrong types lose only what is wrong', () => {
    const cells = [
      1,
      null,
      { cell_type: 'code', source: [1, 'a'], outputs: [2, {}, { output_type: 'stream' }] },
      {},
    ];
    expect(notebook(cells)?.cells).toEqual([
      { kind: 'code', count: undefined, text: 'a', outputs: [{ kind: 'text', text: '' }] },
      { kind: 'raw', text: '' },
    ]);
  });
});
