import fc from 'fast-check';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A secret that no output may contain. */
export const secret = 'q7Zt-s3cr3t_Vx0/9+Lk=';

/** Texts that may mean something to a runner, a terminal, Markdown, HTML, JSON, XML, a URL, a path or a header. */
const pieces = [
  '',
  ' ',
  '\n',
  '\r\n',
  '\t',
  '\0',
  '\u001b[31m',
  '\u202e',
  '\u2028',
  '\ufeff',
  '\ud800',
  '😀',
  'é',
  '::add-mask::',
  '\n::error::x',
  '##[command]',
  '%0A::set-output name=a::b',
  '__proto__',
  'constructor',
  'toString',
  '../',
  '/..',
  './',
  '//',
  '\\',
  '\\\\?\\',
  '~',
  '!',
  '*',
  '**',
  '[',
  ']',
  '{a,b}',
  '?',
  '#',
  '%',
  '%2e%2e%2f',
  '%zz',
  '<',
  '>',
  '<!--',
  '-->',
  '</script>',
  '<script>',
  '&amp;',
  '&#0;',
  '&#x110000;',
  '"',
  "'",
  '`',
  '|',
  '$',
  '@octocat',
  ':',
  ';',
  '=',
  ',',
  '-',
  '--',
  '0',
  '-1',
  '1e999',
  '99999999999999999999',
  'NaN',
  'true',
  'null',
  'https://',
  'http://localhost',
  'https://user:pass@host/',
  's3://',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,x',
];

/** A piece of text that may mean something. */
export const piece = fc.constantFrom(...pieces);

/** Texts of a few pieces, words and other characters. */
export const hostileText = fc
  .array(fc.oneof(piece, fc.string({ maxLength: 8 }), fc.string({ unit: 'binary', maxLength: 4 })), {
    maxLength: 8,
  })
  .map((parts) => parts.join(''));

/** A text of thousands of characters that are the same, or nearly. */
export const longText = fc
  .tuple(fc.oneof(piece, fc.string({ minLength: 1, maxLength: 3 })), fc.integer({ min: 1_000, max: 5_000 }))
  .map(([part, times]) => part.repeat(times));

/** Valid texts with up to three changes: a piece inserted or replaced, a part removed, repeated or cut off. */
export function nearly(...valid: readonly string[]): fc.Arbitrary<string> {
  return damagedText(fc.constantFrom(...valid));
}

/** The same for texts of a grammar. */
export function damagedText(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(12), fc.constant(1e9)),
    text: fc.oneof({ weight: 4, arbitrary: piece }, fc.string({ maxLength: 5 })),
    times: fc.constantFrom(1, 1, 1, 2, 40),
  });
  return fc.tuple(valid, fc.array(change, { maxLength: 3 })).map(([text, changes]) =>
    changes.reduce((before, { at, length, text: inserted, times }) => {
      const start = Math.floor(at * before.length);
      return before.slice(0, start) + inserted.repeat(times) + before.slice(start + length);
    }, text),
  );
}

/** Values that no schema of this project expects in most places. */
const oddValues: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json[]>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e308,
    -1e308,
    Number.MAX_SAFE_INTEGER,
    '',
    [],
    {},
    [null],
    [[]],
    { length: 3 },
    { then: 'x' },
    { toString: null },
  ),
  hostileText,
  longText,
  fc.constant(Array.from({ length: 2_000 }, () => null)),
  fc.constant(deep(500)),
  fc.constant(JSON.parse('{"__proto__": {"polluted": true}}') as Json),
  fc.json({ maxDepth: 2 }).map((text) => JSON.parse(text) as Json),
);

function deep(levels: number): Json {
  let value: Json = 0;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** How to damage an answer: where, counted over all its values, and what to do there. */
interface Mutation {
  readonly at: number;
  readonly kind: 'replace' | 'remove' | 'add' | 'repeat' | 'proto';
  readonly value: Json;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(10_000),
  kind: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'add', 'repeat', 'proto'),
  value: oddValues,
});

/**
 * An answer of a server with up to three mutations: values that are missing, null, of another type, huge, or repeated, and the name `__proto__`.
 * Some answers stay as they are, so that the code behind the checks is reached too.
 */
export function damaged(...valid: readonly Json[]): fc.Arbitrary<Json> {
  return fc
    .tuple(
      fc.constantFrom(...valid),
      fc.oneof(
        { weight: 3, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 1 }) },
        fc.array(mutation, { maxLength: 3 }),
      ),
    )
    .map(([answer, mutations]) => mutations.reduce<Json>(mutate, answer));
}

function mutate(answer: Json, { at, kind, value }: Mutation): Json {
  const counter = { left: at % valuesIn(answer), isDone: false };
  return changed(answer, counter, kind, value) ?? null;
}

function valuesIn(value: Json): number {
  return typeof value === 'object' && value !== null
    ? 1 + Object.values(value).reduce<number>((sum, inner: Json) => sum + valuesIn(inner), 0)
    : 1;
}

/** The value with one change inside, or undefined if it is removed. */
function changed(
  value: Json,
  counter: { left: number },
  kind: Mutation['kind'],
  odd: Json,
): Json | undefined {
  if (counter.left === 0) {
    counter.left = -1;
    return atPlace(value, kind, odd);
  }
  if (counter.left < 0) return value;
  counter.left -= 1;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return (value as readonly Json[]).flatMap((inner) => changed(inner, counter, kind, odd) ?? []);
  const entries = Object.entries(value).flatMap(([name, inner]) => {
    const next = changed(inner, counter, kind, odd);
    return next === undefined ? [] : [[name, next] as const];
  });
  return Object.fromEntries(entries);
}

function atPlace(value: Json, kind: Mutation['kind'], odd: Json): Json | undefined {
  if (kind === 'remove') return undefined;
  if (kind === 'replace' || typeof value !== 'object' || value === null) return odd;
  if (isArray(value)) return kind === 'repeat' ? [...value, ...value, odd] : [odd, ...value];
  if (kind === 'repeat') return [value, value];
  const name = kind === 'proto' ? '__proto__' : 'unknown';
  // An own property, as `JSON.parse` makes it.
  return Object.defineProperty(Object.fromEntries(Object.entries(value)), name, {
    value: odd,
    enumerable: true,
    configurable: true,
  });
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** A mutated answer as text, sometimes damaged again: cut off, with a byte order mark, or not JSON at all. */
export function damagedJson(...valid: readonly Json[]): fc.Arbitrary<string> {
  const text = damaged(...valid).map((answer) => JSON.stringify(answer));
  return fc.oneof(
    { weight: 8, arbitrary: text },
    { weight: 2, arbitrary: damagedText(text) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', 'null', '[]', '{}', '"x"', '1', '<html>Sign in</html>', '\ufeff{}'),
    },
  );
}
