import { describe, expect, test } from '@jest/globals';

import { indented, mostLines } from '../../../browser/index/viewers/indentation.ts';

describe('JSON with indentation', () => {
  test('looks as JSON.stringify prints it', () => {
    const value = {
      a: [{ b: null }, [], {}],
      'c"\\\u0001': 'é\n',
      d: true,
      e: { f: -1.5e-7 },
      g: 'x'.repeat(90),
    };
    expect(indented(JSON.stringify(value), false)).toEqual({
      text: JSON.stringify(value, null, 2),
      isCut: false,
    });
    expect(indented(JSON.stringify(value, null, '\t'), false)?.text).toBe(JSON.stringify(value, null, 2));
  });

  test('keeps each number and key as it is written', () => {
    const text = '{"__proto__":12345678901234567890,"a":1.10,"a":1E400,"b":0.1000000000000000055}';
    expect(indented(text, false)?.text).toBe(
      '{\n  "__proto__": 12345678901234567890,\n  "a": 1.10,\n  "a": 1E400,\n  "b": 0.1000000000000000055\n}',
    );
  });

  test('keeps a short array without objects on one line', () => {
    expect(indented('{"at":[12.5,\n 41.90 ],"b":["x, y","z"],"c":[1,[2]]}', false)?.text).toBe(
      '{\n  "at": [12.5, 41.90],\n  "b": ["x, y", "z"],\n  "c": [\n    1,\n    [2]\n  ]\n}',
    );
  });

  test('shows values in lines of their own, as in JSON Lines', () => {
    expect(indented('{"a":1}\n\n{"b":2}\r\n3\n', false)?.text).toBe('{\n  "a": 1\n}\n{\n  "b": 2\n}\n3');
  });

  test.each([
    ['', '{', '{"a"', '{"a":}', '{"a":1,}', '[1,]', '[1 2]', '[1]]', '{]', '[}', '01', '1.', '+1', 'NaN'],
    [
      'tru',
      "{'a':1}",
      '{a:1}',
      '{1:2}',
      '"\n"',
      '"\\x"',
      '"\\u12"',
      '"a',
      '1 2',
      '[1}',
      '[[1,[2]',
      '1,2',
      ':',
    ],
  ])('refuses what is not JSON: %j, %j, %j …', (...texts) => {
    for (const text of texts) expect([text, indented(text, false)]).toEqual([text, undefined]);
  });

  test('shows the beginning of a file that is cut anywhere', () => {
    const text = JSON.stringify([{ a: 'é\u0001', b: [1.5e3, true, null] }, 'x', [{}]]);
    const whole = indented(text, false)?.text.replace(/\s/g, '') ?? '';
    for (let length = 1; length < text.length; length += 1) {
      const shown = indented(text.slice(0, length), true);
      expect(shown?.isCut).toBe(true);
      expect(whole.startsWith(shown?.text.replace(/\s/g, '') ?? 'nothing')).toBe(true);
    }
  });

  test('limits lines and indentation, so that hostile files cost little', () => {
    const deep = indented('['.repeat(100_000) + ']'.repeat(100_000), false);
    expect(deep?.isCut).toBe(true);
    expect(deep?.text.split('\n')).toHaveLength(mostLines);
    expect(deep?.text.length).toBeLessThan(100 * mostLines);
    const long = JSON.stringify('\\'.repeat(1_000_000));
    expect(indented(long, false)?.text === long).toBe(true);
  });
});
