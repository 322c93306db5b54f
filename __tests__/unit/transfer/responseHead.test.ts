import { describe, expect, test } from '@jest/globals';

import { parseHead } from '../../../src/transfer/responseHead.ts';

const parse = (...lines: string[]) =>
  parseHead(
    Buffer.from(['HTTP/1.1 200 OK', 'Content-Length: 5', 'ETag: "e"', ...lines, '', ''].join('\r\n')),
  );

describe('the head of a response', () => {
  test('has header values without the spaces around them', () => {
    expect(parse('X-A:a \t b \t ', 'X-B: \t ')).toMatchObject({ headers: { 'x-a': 'a \t b', 'x-b': '' } });
  });

  test('may have a header with the name of a property of all objects', () => {
    expect(parse('Constructor: a', 'toString: b', 'toString: c')).toMatchObject({
      headers: { constructor: 'a', tostring: ['b', 'c'] },
    });
  });

  test('is parsed in time that grows with its length alone', () => {
    const before = process.cpuUsage();
    expect(parse(`X-A: a${' '.repeat(128_000)}b`)).toMatchObject({ status: 200 });
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000);
  });
});
