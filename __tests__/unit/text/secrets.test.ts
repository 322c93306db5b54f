import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { excerpt } from '../../../src/text/sanitize.ts';
import { redact, registerSecret } from '../../../src/text/secrets.ts';

/** A unique secret for each run of a property, because secrets stay registered. */
const secrets = fc
  .tuple(
    fc.uuid(),
    fc.string({
      minLength: 4,
      unit: fc.constantFrom(...Array.from(`aZ09+/=-_.~!*'()&<>"\\%#@ :;,?[]{}|^$é€😀`)),
    }),
  )
  .map(([id, odd]) => `${odd}${id}${odd}x`.trim());

const ways: readonly [string, (secret: string, before: string) => string][] = [
  ['unchanged', (secret) => secret],
  ['percent-encoded', encodeURIComponent],
  [
    'percent-encoded in lower case',
    (secret) => encodeURIComponent(secret).replace(/%../g, (hex) => hex.toLowerCase()),
  ],
  ['percent-encoded twice', (secret) => encodeURIComponent(encodeURIComponent(secret))],
  ['form-encoded', (secret) => new URLSearchParams({ a: secret }).toString().slice(2)],
  ['in JSON', (secret) => JSON.stringify(secret)],
  ['in JSON twice', (secret) => JSON.stringify(JSON.stringify(secret))],
  [
    'in JSON of ASCII',
    (secret) => secret.replace(/[^\w]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ],
  [
    'in HTML',
    (secret) => secret.replace(/[&<>"']/g, (c) => `&#x${c.charCodeAt(0).toString(16).toUpperCase()};`),
  ],
  ['in Base64', (secret, before) => Buffer.from(before + secret).toString('base64')],
  ['in Base64 for URLs', (secret, before) => Buffer.from(before + secret).toString('base64url')],
  [
    'form-encoded in Base64',
    (secret, before) => btoa(before + new URLSearchParams({ a: secret }).toString().slice(2)),
  ],
  ['percent-encoded in Base64', (secret, before) => btoa(before + encodeURIComponent(secret))],
  [
    'in Base64, with all but letters and digits percent-encoded',
    (secret, before) => btoa(before + allEncoded(secret).replaceAll('%20', '+')),
  ],
];

/** The encoding of openid-client for `Authorization: Basic`. */
function allEncoded(secret: string): string {
  return encodeURIComponent(secret).replace(
    /[-_.!~*'()]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

describe('a secret', () => {
  test.each(ways)('is found %s', (_, encode) => {
    fc.assert(
      fc.property(secrets, fc.stringMatching(/^[a-z]{0,5}:$/), (secret, before) => {
        registerSecret(secret);
        const encoded = encode(secret, before);
        const left = redact(`<${encoded}>`).replaceAll('***', '');
        // In Base64, characters that also encode bits of neighbouring text stay.
        expect(left.length).toBeLessThanOrEqual(2 + 10 + before.length * 2);
        expect(left).not.toContain(secret.slice(8, 20));
      }),
      { numRuns: 40 },
    );
  });

  test('with several lines is found line by line, with any line ends', () => {
    expect(registerSecret('-----BEGIN KEY\r\nMIIabc+/=\n  \nq\n')).toEqual({
      lines: ['-----BEGIN KEY', 'MIIabc+/='],
      tooShort: 1,
    });
    expect(redact('x MIIabc+/= y')).toBe('x *** y');
  });

  test('is redacted before a text is cut', () => {
    registerSecret('cut-through-the-middle-of-this-0123456789');
    const text = `${'x'.repeat(20)}cut-through-the-middle-of-this-0123456789`;
    expect(excerpt(text, 40)).toBe(`${'x'.repeat(20)}***`);
  });

  test('does not change other texts', () => {
    registerSecret('$1[a-z]*(unlikely)');
    expect(redact('$1 a-z unlikely $&')).toBe('$1 a-z unlikely $&');
  });
});

test('a secret with half a surrogate pair, which JSON can contain, is found', () => {
  registerSecret('half\ud800-of-a-pair');
  expect(redact('<half\ud800-of-a-pair>')).toBe('<***>');
  expect(redact(`<${encodeURIComponent('half\ufffd-of-a-pair')}>`)).toBe('<***>');
});

test('a secret is found if the pattern of all its encodings is too large', () => {
  const secret = 'x</$>&'.repeat(4_000);
  registerSecret(secret);
  expect(redact(`<${secret}>`)).toBe('<***>');
});

test('a token does not keep its encodings in memory, because a long run has many tokens', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const heap = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const tokens = Array.from({ length: 60 }, () => randomBytes(1_200).toString('base64url'));
  const before = heap();
  for (const token of tokens) registerSecret(token);
  // The encodings have 16 KiB.
  expect((heap() - before) / tokens.length).toBeLessThan(8 * 1024);
  expect(redact(`<${tokens.at(-1)}>`)).toBe('<***>');
});
