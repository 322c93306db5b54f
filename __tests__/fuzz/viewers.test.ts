import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { readPlace } from '../../browser/index/address.ts';
import { decoded } from '../../browser/index/decoding.ts';
import { addressOf } from '../../browser/index/viewers/addresses.ts';
import { ansiRuns, hasSequences } from '../../browser/index/viewers/ansi.ts';
import { indented } from '../../browser/index/viewers/indentation.ts';
import { htmlDocument, markdownDocument } from '../../browser/index/viewers/markdown.ts';
import { notebookOf } from '../../browser/index/viewers/notebookCells.ts';
import type { Content } from '../../browser/index/viewers/parts.ts';
import { createResolver } from '../../browser/index/viewers/resolver.ts';
import { zipEnd, zipEntries } from '../../browser/index/viewers/zipDirectory.ts';
import { pathPattern } from '../../browser/index/wildcards.ts';
import { type Json, damagedJson, damagedText, hostileText, longText, nearly } from './arbitraries.ts';
import { fuzz, isLinear } from './properties.ts';

const fileLink = 'https://storage.example.org/bucket/ci/file?X-Amz-Signature=1';
const linkOf = (path: string) => (/^(?:a\.png|docs\/b\.md)$/.test(path) ? fileLink : undefined);
const resolver = createResolver('docs/guide.md', { linkOf });
const inTime = () => false;

/** Elements that run code, load something or send something. */
const active =
  /^(?:applet|audio|base|button|canvas|embed|form|frame|frameset|iframe|link|math|meta|noscript|object|script|style|svg|template|textarea|title|video)$/i;

/** Throws unless a tree only has elements that are safe, and only the links of the resolver. */
function checkTree(contents: readonly Content[]): void {
  for (const content of contents) {
    if (typeof content === 'string') continue;
    if (active.test(content.tag) || !/^[a-z][a-z0-9]*$/.test(content.tag))
      throw new Error(`An element: ${content.tag}`);
    for (const [name, value] of Object.entries(content.attributes)) {
      if (/^(?:on.*|style|id|name|srcset|srcdoc|action|formaction|background|poster|ping)$/i.test(name))
        throw new Error(`An attribute: ${name}`);
      if (name === 'href' && value !== '#' && value !== fileLink && !/^(?:https?:\/\/|mailto:)/.test(value))
        throw new Error(`A link: ${value}`);
      if (name === 'src' && value !== fileLink && !/^data:image\//i.test(value))
        throw new Error(`A picture: ${value}`);
    }
    checkTree(content.children);
  }
}

const url = nearly(
  'a.png',
  '../a.png',
  '/docs/b.md#x',
  'b.md',
  'javascript:alert(1)',
  'java\nscript:alert(1)',
  'https://evil.example/x',
  '//evil.example/x',
  'data:image/png;base64,AA==',
  'data:text/html,x',
  'attachment:x',
  '#heading',
);
const markup = fc
  .tuple(url, hostileText)
  .chain(([link, text]) =>
    fc.constantFrom(
      `<a href="${link}" onclick="x()">${text}</a>`,
      `<img src=${link} onerror=x() alt='${text}'>`,
      `<script>${text}</script>`,
      `<svg><script href="${link}">${text}</script></svg>`,
      `<style>${text}</style><p style="${text}">`,
      `<iframe srcdoc="${text}" src="${link}">`,
      `<picture><source srcset="${link}"><img src="${link}"></picture>`,
      `<form action="${link}"><input name=a><button formaction="${link}">`,
      `<table><tr><td>${text}<td><tr>`,
      `[${text}](${link} "title")`,
      `![${text}](${link})`,
      `<${link}>`,
      `[a]: ${link}\n\n[a] ![a]`,
      `# ${text}`,
      `- [x] ${text}\n  1. b`,
      `| a | b |\n|---|:-:|\n| ${text} | c |`,
      `> ${text}`,
      '```html\n' + text + '\n```',
      `**${text}** ~~a~~ \`b\``,
    ),
  );
const document = damagedText(
  fc
    .array(fc.oneof({ weight: 4, arbitrary: markup }, hostileText), { maxLength: 5 })
    .map((all) => all.join('\n')),
);

describe('viewers of the index page', () => {
  fuzz('Markdown and HTML become safe elements', fc.tuple(document, fc.boolean()), ([text, isHtml]) => {
    try {
      const { contents } = isHtml ? htmlDocument(text, resolver) : markdownDocument(text, resolver, inTime);
      checkTree(contents);
    } catch (error) {
      // The viewer then shows the text as it is.
      if (!(error instanceof RangeError)) throw error;
    }
  });

  fuzz('a link of a document leads to the web, or to a path below the destination', url, (href) => {
    const address = addressOf(href, 'docs/guide.md');
    if (address.kind === 'web') expect(new URL(address.url).protocol).toMatch(/^(?:https?|mailto):$/);
    if (address.kind === 'path')
      for (const path of address.paths)
        if (path.split('/').some((segment) => segment === '..')) {
          // An encoded slash is part of a name.
          expect(href).toMatch(/%2f|%5c/i);
        }
  });

  const colors = fc
    .array(
      fc.oneof(
        nearly(
          '\x1b[31m',
          '\x1b[38;5;200m',
          '\x1b[48;2;1;2;3m',
          '\x1b[0m',
          '\x1b[K',
          '\x1b[9999C',
          '\r',
          '\b',
        ),
        nearly('\x1b]8;;https://evil.example\x07x', '\x1bPq', '\x1b(B'),
        hostileText,
      ),
      { maxLength: 8 },
    )
    .map((pieces) => pieces.join(''));
  fuzz(
    'a log has text in colors, and no sequences',
    fc.oneof({ weight: 4, arbitrary: colors }, longText),
    (text) => {
      hasSequences(text);
      const runs = ansiRuns(text, 100);
      expect(runs.length).toBeLessThanOrEqual(102);
      for (const { text: shown, style } of runs) {
        if (/[\0-\x08\x0e-\x1f\x7f]/.test(shown))
          throw new Error(`A control character in ${JSON.stringify(shown)}`);
        for (const color of [style.color, style.background])
          if (typeof color === 'string') expect(color).toMatch(/^#[0-9a-f]{6}$/);
          else if (color !== undefined && !(color >= 0 && color <= 15)) throw new Error(`A color: ${color}`);
      }
    },
  );

  const json: Json = { a: [1, 2.5e300, -0, null, true, 'é"\\\n'], b: { c: [], d: {} }, 'x y': [[[]]] };
  fuzz('indented JSON has the same value', damagedJson(json), (text) => {
    const made = indented(text, false);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return;
    }
    if (!made) throw new Error('Valid JSON is not indented.');
    if (!made.isCut) expect(JSON.stringify(JSON.parse(made.text))).toBe(JSON.stringify(value));
  });

  const notebook: Json = {
    nbformat: 4,
    metadata: { kernelspec: { language: 'python' } },
    cells: [
      { cell_type: 'markdown', source: ['# a'], attachments: { x: { 'image/png': 'AA==' } } },
      {
        cell_type: 'code',
        execution_count: 1,
        source: 'a',
        outputs: [
          { output_type: 'stream', text: ['a'] },
          { output_type: 'display_data', data: { 'image/png': 'AA==', 'image/svg+xml': '<svg/>' } },
          { output_type: 'execute_result', data: { 'text/html': ['<b>'], 'text/plain': 'b' } },
          { output_type: 'error', traceback: ['\x1b[31mx'] },
        ],
      },
      { cell_type: 'raw', source: 'a' },
    ],
  };
  fuzz('a notebook has texts and inline pictures', damagedJson(notebook), (text) => {
    for (const cell of notebookOf(text)?.cells ?? []) {
      expect(typeof cell.text).toBe('string');
      if (cell.kind === 'markdown')
        for (const picture of Object.values(cell.attachments)) expect(picture).toMatch(/^data:image\//);
      if (cell.kind !== 'code') continue;
      for (const output of cell.outputs)
        if (output.kind === 'picture') expect(output.url).toMatch(/^data:image\//);
        else expect(typeof output.text).toBe('string');
    }
  });
});

describe('bytes that a viewer reads', () => {
  /** A zip with one entry, without its content. */
  const zip = Buffer.alloc(46 + 5 + 9 + 22);
  zip.writeUInt32LE(0x02014b50, 0);
  zip.writeUInt16LE(5, 28);
  zip.writeUInt16LE(9, 30);
  zip.write('a.txt', 46);
  zip.writeUInt16LE(0x7075, 51);
  zip.writeUInt16LE(5, 53);
  zip.writeUInt32LE(0x06054b50, 60);
  zip.writeUInt16LE(1, 70);
  zip.writeUInt32LE(60, 72);
  const bytes = fc
    .tuple(
      fc.array(fc.tuple(fc.nat(zip.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
      fc.nat(zip.length),
      fc.uint8Array({ maxLength: 40 }),
    )
    .map(([changes, length, added]) => {
      const changed = new Uint8Array(zip);
      for (const [at, value] of changes) changed[at] = value;
      return new Uint8Array([...added, ...changed.slice(zip.length - length)]);
    });
  fuzz('the directory of a zip has entries, or there is none', bytes, (tail) => {
    const end = zipEnd(tail, tail.length);
    if (!end) return;
    expect(end.start).toBeGreaterThanOrEqual(0);
    const { entries } = zipEntries(tail.subarray(end.start, end.start + end.length), end.length, 3);
    expect(entries.length).toBeLessThanOrEqual(3);
    for (const { path, size, modified } of entries) {
      expect([typeof path, size >= 0]).toEqual(['string', true]);
      expect(modified).toMatch(/^(?:\d{4}-\d\d-\d\d \d\d:\d\d)?$/);
    }
  });

  fuzz(
    'text has an encoding, whatever its type says',
    fc.tuple(
      fc.uint8Array({ maxLength: 60 }),
      nearly('text/plain; charset=latin1', 'text/csv; charset="x"'),
      fc.boolean(),
    ),
    ([content, type, isCut]) => {
      expect(typeof decoded(new Uint8Array(content), type, isCut)).toBe('string');
    },
  );

  fuzz(
    'the fragment of the page names a place',
    fc.oneof(hostileText, nearly('#/a/b?q=x&file=a%2Fb')),
    (text) => {
      const { folders } = readPlace(text);
      for (const folder of folders) expect(typeof folder).toBe('string');
      expect(typeof pathPattern(text)('a/b.txt')).toBe('boolean');
    },
  );
});

test('viewers take linear time', () => {
  for (const part of ['<', '<a ', '<b>', '</b>', '<!--', '<script>', '&', '&#', '<a href="', '<td>', 'a '])
    isLinear(
      (length) => part.repeat(length / part.length),
      (text) => htmlDocument(text, resolver),
      20_000,
    );
  for (const part of [
    '\x1b[',
    '\x1b[31m',
    '\x1b]',
    '\r',
    'a\r',
    '\b',
    '\x1b[9G',
    '\x1b[K',
    '\x1b[999Cx',
    ';',
    '\x1bP',
  ])
    isLinear(
      (length) => part.repeat(length / part.length),
      (text) => ansiRuns(text),
      50_000,
    );
  for (const part of ['[', '{', '"', '[1,', '{"a":', '\\', '1', ' ', '[]\n', '"a"\n', '[[],'])
    isLinear(
      (length) => part.repeat(length / part.length),
      (text) => indented(text, true),
      50_000,
    );
  for (const part of ['/', '../', '%', '%2f', 'a/'])
    isLinear(
      (length) => part.repeat(length / part.length),
      (text) => addressOf(text, 'a'),
      50_000,
    );
  for (const part of ['*', '**/', 'a*', '?'])
    isLinear(
      (length) => part.repeat(length / part.length),
      (text) => pathPattern(text)('a'.repeat(50)),
      2_000,
    );
});
