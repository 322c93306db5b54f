import { styleText } from 'node:util';

import type { LogEntry } from './log.ts';
import type { Opened } from './links.ts';

type Style = Parameters<typeof styleText>[0];

/** Styles a text if the terminal has styles. */
function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Replaces the long query of presigned URLs, e.g. `https://host/key?… (1,750 characters)`. */
export function shortened(text: string): string {
  return text.replace(/(https?:\/\/[^\s?"]+)\?([^\s"]+)/g, (url, address: string) =>
    url.length <= 100 ? url : `${address}?… (${url.length.toLocaleString('en')} characters)`,
  );
}

/** The title of a section. */
export function heading(title: string): string {
  return `\n${styled('bold', title)}\n\n`;
}

const marks: Partial<Record<LogEntry['kind'], { readonly word: string; readonly style: Style }>> = {
  warning: { word: 'Warning: ', style: 'yellow' },
  error: { word: 'Error: ', style: 'red' },
  notice: { word: 'Notice: ', style: 'cyan' },
};

/** A line of the log, as the page of a run shows it. */
export function logLine({ kind, text, inGroup }: LogEntry): string {
  const shown = shortened(text);
  if (kind === 'group') return `  ${styled('bold', `▸ ${shown}`)}\n`;
  const { word = '', style = 'reset' } = marks[kind] ?? {};
  const indent = inGroup ? '      ' : '  ';
  return `${styled(style, `${indent}${word}${shown.replaceAll('\n', `\n${indent}`)}`)}\n`;
}

/** Aligns the cells of rows in columns. */
function columns(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '  none\n';
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `  ${line.trimEnd()}\n`)
    .join('');
}

/** Names and values of the outputs. Links are shortened. */
export function outputList(outputs: Readonly<Record<string, string>>): string {
  const shown = (name: string, value: string) => (name === 'urls' ? firstLink(value) : shortened(value));
  return columns(Object.entries(outputs).map(([name, value]) => [name, shown(name, value)]));
}

/** The first link of the output `urls`, and how many more there are. */
function firstLink(json: string): string {
  const [first, ...others] = Object.entries(JSON.parse(json) as Record<string, string>);
  return first ? `{"${first[0]}":"${shortened(first[1])}", and ${others.length} more}` : json;
}

/** The Markdown of the job summary as plain text. */
export function summaryText(markdown: string): string {
  const blocks = withoutTags(markdown)
    .trim()
    .split(/\n{2,}/)
    .filter(Boolean);
  if (blocks.length === 0) return '  none\n';
  return blocks.map((block) => (block.startsWith('|') ? tableText(block) : paragraph(block))).join('\n');
}

/** GitHub collapses long tables with these tags. */
function withoutTags(markdown: string): string {
  return markdown.replace(/<\/?(?:details|summary)>/g, '');
}

function paragraph(block: string): string {
  const title = /^#+ (.*)$/.exec(block)?.[1];
  return `  ${title === undefined ? plain(block) : styled('bold', plain(title))}\n`;
}

function tableText(block: string): string {
  const rows = block.split('\n').map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => plain(cell.trim())),
  );
  return columns(rows.filter((row) => !row.every((cell) => /^-+$/.test(cell))));
}

/** Markdown as plain text: links become their text, character references become characters. */
function plain(markdown: string): string {
  return markdown
    .replace(/\[([^\]]*)\]\(<[^>]*>\)/g, '$1')
    .replaceAll('**', '')
    .replaceAll('`', '')
    .replaceAll('<!-- -->', '')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}

/** A line for each opened link. */
export function openedTable(opened: readonly Opened[]): string {
  const rows = opened.map(({ name, body, type, problem }) => [
    problem === undefined ? 'ok' : 'failed',
    `${body.length.toLocaleString('en')} bytes`,
    type,
    problem === undefined ? name : `${name}: ${problem}`,
  ]);
  return columns(rows)
    .replace(/^ {2}ok /gm, `  ${styled('green', 'ok')} `)
    .replace(/^ {2}failed /gm, `  ${styled('red', 'failed')} `);
}

/** Each name with its whole link. */
export function linkList(opened: readonly Opened[]): string {
  return opened.map(({ name, url }) => `${styled('bold', name)}\n${url}\n\n`).join('');
}
