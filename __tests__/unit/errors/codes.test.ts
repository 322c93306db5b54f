import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { expect, test } from '@jest/globals';

import { helpLine, messageCodes } from '../../../src/errors/codes.ts';

const top = path.resolve(import.meta.dirname, '../../..');
const page = readFileSync(path.join(top, 'docs/troubleshooting.md'), 'utf8');
// The entries at the end are about messages of other programs.
const [own = ''] = page.split('\n## Messages of GitHub and of the storage\n');
const entries = own.split(/^### /m).slice(1);

test('each code has one entry in docs/troubleshooting.md, and each entry there is a code', () => {
  const headings = entries.map((entry) => entry.slice(0, entry.indexOf('\n')));
  expect(headings.sort()).toEqual(messageCodes.toSorted());
});

test('each entry has a text', () => {
  const texts = entries.map((entry) => entry.slice(entry.indexOf('\n')).split(/^#/m)[0]?.trim() ?? '');
  expect(texts.filter((text) => !/\w.*\./s.test(text))).toEqual([]);
});

test('each code is used, and is its own anchor on the page', () => {
  const files = readdirSync(path.join(top, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/^generated\b|errors.codes\.ts$/.test(file))
    .map((file) => readFileSync(path.join(top, 'src', file), 'utf8'));
  const isUsed = (code: string) =>
    files.some((file) => file.includes(`'${code}'`) || file.includes(`#${code}`));
  expect(messageCodes.filter((code) => !isUsed(code))).toEqual([]);
  expect(messageCodes.filter((code) => !/^[a-z\d]+(?:-[a-z\d]+)*$/.test(code))).toEqual([]);
});

test('the help line is the address of the entry, in the release that people use', () => {
  const readme = readFileSync(path.join(top, 'README.md'), 'utf8');
  const [, action = '', release = ''] = /uses: (terradue\/[^/@\s]+)@(v\d+)$/m.exec(readme) ?? [];
  expect(helpLine('unreachable')).toBe(
    `Help: https://github.com/${action}/blob/${release}/docs/troubleshooting.md#unreachable`,
  );
});
