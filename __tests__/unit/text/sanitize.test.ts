import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { excerpt, sanitize } from '../../../src/text/sanitize.ts';

test.each([
  ['::error::x', '\\u003a:error::x'],
  ['  ::set-output name=x::y', '  \\u003a:set-output name=x::y'],
  ['\u3000::add-mask::x', '\u3000\\u003a:add-mask::x'],
  ['a\n::error::x', 'a\\u000a::error::x'],
  ['a\r::error::x', 'a\\u000d::error::x'],
  ['\t::error::x', '\\u0009::error::x'],
  ['a ##[error]x', 'a #\\u0023[error]x'],
  ['###[error]', '##\\u0023[error]'],
  ['##[##[error]', '#\\u0023[#\\u0023[error]'],
  ['\u001b[2J', '\\u001b[2J'],
  ['a\u202egpj.exe', 'a\\u202egpj.exe'],
  ['\u061c\u200e\u200f\u2066', '\\u061c\\u200e\\u200f\\u2066'],
  ['\u0085\u009b\u2028\ufeff\u0000', '\\u0085\\u009b\\u2028\\ufeff\\u0000'],
])('%j becomes %j', (text, shown) => {
  expect(sanitize(text)).toBe(shown);
});

test.each(['std::vector', 'a::b', 'C:\\x', 'مرحبا', 'é 🛰️', '#[x]', ': x'])('%j is unchanged', (text) => {
  expect(sanitize(text)).toBe(text);
});

test('sanitized text never contains a workflow command or a line break', () => {
  const nasty = fc.string({
    unit: fc.constantFrom(':', '#', '[', ' ', '\n', '\u00a0', '\u2029', 'a', '\ufeff'),
  });
  fc.assert(
    fc.property(nasty, (text) => {
      const shown = sanitize(text);
      expect(shown.trimStart().startsWith('::')).toBe(false);
      expect(shown).not.toContain('##[');
      expect(shown).not.toMatch(/[\n\r\u2028\u2029]/);
      expect(sanitize(shown)).toBe(shown);
    }),
  );
});

test('an excerpt is trimmed, and cut with an ellipsis, but never inside a character', () => {
  expect(excerpt(' \n x \n')).toBe('x');
  expect(excerpt('x'.repeat(300))).toHaveLength(300);
  expect(excerpt('x'.repeat(301))).toBe(`${'x'.repeat(299)}…`);
  expect(excerpt('abc🛰🛰', 5)).toBe('abc…');
  expect(excerpt('abc🛰🛰', 6)).toBe('abc🛰…');
});
