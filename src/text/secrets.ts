import { encodedPart, percent } from './encode.ts';

/** Shorter texts are not redacted, because they also occur in ordinary text. */
const fewestCharacters = 4;
const fewestEncoded = 8;
/** Characters of a piece. No other text has so many of the same characters by chance. */
const pieceLength = 32;

interface Secret {
  /** One plain piece of each form. A text without any of them cannot contain the secret, and this search is much faster than the pattern. */
  readonly pieces: readonly string[];
  readonly replace: (text: string) => string;
}

/** The secrets of this process. The set is global, like the runner's masks, so that no caller can forget a secret. */
const secrets = new Map<string, Secret>();
let shortestPiece = Infinity;

/**
 * Makes {@link redact} remove a secret from now on. Each line of the secret counts by itself, because logs have lines. Encoded forms count
 * too: percent-encoded, form-encoded, escaped for JSON or HTML, and inside Base64.
 * @returns the lines that are redacted, and the number of lines that are too short
 */
export function registerSecret(secret: string): { readonly lines: string[]; readonly tooShort: number } {
  const all = [...new Set(secret.split(/[\r\n]+/).map((line) => line.trim()))].filter(Boolean);
  const lines = all.filter(({ length }) => length >= fewestCharacters);
  for (const line of lines) {
    if (secrets.has(line)) continue;
    const pieces = formsOf(line).map(plainPiece);
    secrets.set(line, { pieces, replace: replacer(line) });
    shortestPiece = Math.min(shortestPiece, ...pieces.map(({ length }) => length));
  }
  return { lines, tooShort: all.length - lines.length };
}

/** Replaces every registered secret in a text with `***`. */
export function redact(text: string): string {
  if (text.length < shortestPiece) return text;
  let redacted = text;
  for (const { pieces, replace } of secrets.values()) {
    if (pieces.some((piece) => redacted.includes(piece))) redacted = replace(redacted);
  }
  return redacted;
}

/** The secret itself, and each of its encodings as it appears inside Base64, e.g. in `Basic` credentials. */
function formsOf(secret: string): string[] {
  // Half a surrogate pair, which JSON can contain, has no encoding.
  const whole = secret.toWellFormed();
  const form = new URLSearchParams({ '': whole }).toString().slice(1);
  // openid-client encodes `Basic` credentials like this: everything except letters and digits.
  const strict = encodedPart(whole).replace(/[-._~]/g, percent);
  const encodings = [
    whole,
    form,
    form.replaceAll('+', '%20'),
    encodeURIComponent(whole),
    encodedPart(whole),
    strict,
    strict.replaceAll('%20', '+'),
  ];
  return [secret, ...[...new Set(encodings)].flatMap(base64Forms)];
}

/**
 * The three forms that a text can have inside Base64. They depend on its position within a group of three bytes. Characters that also encode
 * bits of neighbouring text are left out.
 */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  // Some clients encode `Basic` credentials in ISO 8859-1 (RFC 7617, 2.1). For ASCII that makes no difference.
  const encodings = bytes.length === text.length ? [bytes] : [bytes, Buffer.from(text, 'latin1')];
  return encodings
    .flatMap((encoded) =>
      [0, 1, 2].map((offset) =>
        Buffer.concat([Buffer.alloc(offset), encoded])
          .toString('base64')
          .slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + encoded.length) * 8) / 6)),
      ),
    )
    .filter(({ length }) => length >= fewestEncoded);
}

/**
 * The pattern is compiled when a piece is first found: it takes milliseconds for a token of 1 KiB, and most secrets never appear. The forms of
 * such a token have 16 KiB, so they are not kept.
 */
function replacer(secret: string): Secret['replace'] {
  const pattern = once(() => new RegExp(formsOf(secret).map(patternOf).join('|'), 'g'));
  return (text) => {
    try {
      return text.replace(pattern(), '***');
    } catch {
      // V8 refuses the pattern of a secret of many thousand characters when it first runs. Then only the plain forms are found.
      return formsOf(secret).reduce((left, form) => left.replaceAll(form, '***'), text);
    }
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** The beginning of the longest piece of letters and digits. It is a copy: a part of a string keeps the whole string in memory. */
function plainPiece(form: string): string {
  const pieces = form.match(/[A-Za-z0-9]+/g) ?? [''];
  const longest = pieces.reduce((best, piece) => (piece.length > best.length ? piece : best));
  return Buffer.from(longest.slice(0, pieceLength), 'latin1').toString('latin1');
}

const named: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
  ' ': 'nbsp',
};

/** Letters and digits are the same in every encoding. Every other character has several forms, and one text may mix them. */
function patternOf(form: string): string {
  return Array.from(form, (character) =>
    /[A-Za-z0-9]/.test(character) ? character : anyForm(character),
  ).join('');
}

function anyForm(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const units = character.split('').map((unit) => `\\\\u${digits(unit.charCodeAt(0), 4)}`);
  const bytes = [...Buffer.from(character)].map((byte) => `%(?:25)*${digits(byte, 2)}`);
  const name = named[character];
  const ways = [
    `\\\\*${character.replace(/[$()*+./?[\\\]^{|}]/, '\\$&')}`,
    bytes.join(''),
    units.join(''),
    // The job summary may have an empty comment after it.
    `&#(?:0*${code}|[xX]0*${digits(code, 1)});(?:<!-- -->)?`,
    ...(name === undefined ? [] : [`&${name};`]),
    ...(character === ' ' ? ['\\+'] : []),
    // Base64url (RFC 4648, section 5).
    ...(character === '+' ? ['-'] : []),
    ...(character === '/' ? ['_'] : []),
  ];
  return `(?:${ways.join('|')})`;
}

/** A pattern for hexadecimal digits in either letter case. */
function digits(number: number, width: number): string {
  return number
    .toString(16)
    .padStart(width, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}
