import { indented } from './indentation.ts';

/** A notebook of Jupyter, as plain data. */
export interface Notebook {
  /** The programming language, e.g. `python`. Empty if unknown. */
  readonly language: string;
  readonly cells: readonly Cell[];
}

export type Cell =
  | {
      readonly kind: 'markdown';
      readonly text: string;
      /** Pictures of the cell as `data:` URLs, by their names. */
      readonly attachments: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'raw'; readonly text: string }
  | {
      readonly kind: 'code';
      /** The number in `In [1]`. Undefined if the cell did not run. */
      readonly count: number | undefined;
      readonly text: string;
      readonly outputs: readonly Output[];
    };

/** An output of a cell. An output in several forms has the first that a page without scripts can show. */
export type Output =
  /** Text with the sequences of a terminal. */
  | { readonly kind: 'text' | 'error'; readonly text: string }
  | { readonly kind: 'picture'; readonly url: string }
  /** `plain`: the same as text. */
  | { readonly kind: 'html' | 'markdown'; readonly text: string; readonly plain: string };

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a notebook (nbformat 4).
 * @returns undefined if the text is not such a notebook
 */
export function notebookOf(text: string): Notebook | undefined {
  const file = parsed(text);
  if (!isJson(file) || file['nbformat'] !== 4 || !Array.isArray(file['cells'])) return undefined;
  const metadata = jsonOf(file['metadata']);
  const language = jsonOf(metadata['language_info'])['name'] ?? jsonOf(metadata['kernelspec'])['language'];
  return {
    language: typeof language === 'string' ? language : '',
    cells: file['cells'].filter(isJson).map(cellOf),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonOf(value: unknown): Json {
  return isJson(value) ? value : {};
}

function cellOf(cell: Json): Cell {
  const text = textOf(cell['source']);
  if (cell['cell_type'] === 'markdown') return { kind: 'markdown', text, attachments: attachmentsOf(cell) };
  if (cell['cell_type'] !== 'code') return { kind: 'raw', text };
  const count = cell['execution_count'];
  const outputs = Array.isArray(cell['outputs']) ? cell['outputs'].filter(isJson) : [];
  return {
    kind: 'code',
    count: typeof count === 'number' ? count : undefined,
    text,
    outputs: joined(outputs.flatMap((output) => outputOf(output) ?? [])),
  };
}

/** A text, or its lines. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.filter((line) => typeof line === 'string').join('') : '';
}

function attachmentsOf(cell: Json): Readonly<Record<string, string>> {
  const named = Object.entries(jsonOf(cell['attachments'])).flatMap(([name, forms]) => {
    const url = pictureOf(jsonOf(forms));
    return url === undefined ? [] : [[name, url] as const];
  });
  return Object.fromEntries(named);
}

/** Programs write one text in many small outputs. */
function joined(outputs: readonly Output[]): Output[] {
  const result: Output[] = [];
  for (const output of outputs) {
    const last = result.at(-1);
    if (output.kind === 'text' && last?.kind === 'text')
      result[result.length - 1] = { kind: 'text', text: `${last.text}${output.text}` };
    else result.push(output);
  }
  return result;
}

function outputOf(output: Json): Output | undefined {
  if (output['output_type'] === 'stream') return { kind: 'text', text: textOf(output['text']) };
  if (output['output_type'] === 'error') {
    const lines = Array.isArray(output['traceback'])
      ? output['traceback'].filter((line) => typeof line === 'string')
      : [];
    const summary = `${textOf(output['ename'])}: ${textOf(output['evalue'])}`;
    return { kind: 'error', text: lines.length > 0 ? lines.join('\n') : summary };
  }
  return dataOutput(jsonOf(output['data']));
}

/** With a limited indentation: that of deep levels would take more memory than the notebook. */
function indentedJson(value: unknown): string {
  const text = JSON.stringify(value);
  return indented(text, false)?.text ?? text;
}

function dataOutput(data: Json): Output | undefined {
  const url = pictureOf(data);
  if (url !== undefined) return { kind: 'picture', url };
  const plain = textOf(data['text/plain']);
  if (data['text/html'] !== undefined) return { kind: 'html', text: textOf(data['text/html']), plain };
  if (data['text/markdown'] !== undefined)
    return { kind: 'markdown', text: textOf(data['text/markdown']), plain };
  if (data['application/json'] !== undefined)
    return { kind: 'text', text: indentedJson(data['application/json']) };
  const text = plain || textOf(data['text/latex']);
  return text ? { kind: 'text', text: `${text}\n` } : undefined;
}

/** A picture as a `data:` URL. In an `<img>`, no browser runs the scripts of an SVG or loads anything for it. */
function pictureOf(data: Json): string | undefined {
  for (const type of ['image/png', 'image/jpeg', 'image/gif', 'image/webp']) {
    const base64 = textOf(data[type]).replace(/\s/g, '');
    if (base64 && /^[\w+/]+=*$/.test(base64)) return `data:${type};base64,${base64}`;
  }
  const svg = textOf(data['image/svg+xml']);
  return svg ? `data:image/svg+xml,${encodeURIComponent(svg.replace(/\p{Cs}/gu, '\ufffd'))}` : undefined;
}
