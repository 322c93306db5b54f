import { encodedPart, percent } from './encode.ts';

/** Less of a text would be found where no secret is: it would blot out half the log. */
const fewestCharacters = 4;
const fewestEncoded = 8;

interface Secret {
  /** A piece of each form, one of which every text with the secret in it has. To look for them is much faster than to try the pattern. */
  readonly pieces: readonly string[];
  /** Made when a piece is first found: for a token of 1 KiB it takes milliseconds, and most secrets never appear. */
  readonly pattern: () => RegExp;
}

/** Of this process, as those that a runner masks are: whatever is printed or cut is cleared of all of them. */
const secrets = new Map<string, Secret>();
let shortestPiece = Infinity;

/**
 * Keeps a secret out of all that goes through {@link redact} from now on, each of its lines by itself: a log has lines. The forms in which
 * others repeat it are known as well: percent-encoded, form-encoded, escaped for JSON or HTML, and within something in Base64.
 * @returns its lines, without those that are too short to be looked for
 */
export function registerSecret(secret: string): { readonly lines: string[]; readonly tooShort: number } {
  const all = [...new Set(secret.split(/[\r\n]+/).map((line) => line.trim()))].filter(Boolean);
  const lines = all.filter(({ length }) => length >= fewestCharacters);
  for (const line of lines) {
    if (secrets.has(line)) continue;
    const forms = formsOf(line);
    const pieces = forms.map(longestPlainPiece);
    secrets.set(line, { pieces, pattern: once(() => new RegExp(forms.map(patternOf).join('|'), 'g')) });
    shortestPiece = Math.min(shortestPiece, ...pieces.map(({ length }) => length));
  }
  return { lines, tooShort: all.length - lines.length };
}

/** The text with `***` in the place of every secret that is known. */
export function redact(text: string): string {
  if (text.length < shortestPiece) return text;
  let redacted = text;
  for (const { pieces, pattern } of secrets.values()) {
    if (pieces.some((piece) => redacted.includes(piece))) redacted = redacted.replace(pattern(), '***');
  }
  return redacted;
}

/** The secret, and what each of its encodings is within something else in Base64, such as `Basic` credentials. */
function formsOf(secret: string): string[] {
  const form = new URLSearchParams({ '': secret }).toString().slice(1);
  // As our own `Basic` credentials are: all but letters and digits.
  const strict = encodedPart(secret).replace(/[-._~]/g, percent);
  const encodings = [
    secret,
    form,
    form.replaceAll('+', '%20'),
    encodeURIComponent(secret),
    encodedPart(secret),
    strict,
    strict.replaceAll('%20', '+'),
  ];
  return [secret, ...[...new Set(encodings)].flatMap(base64Forms)];
}

/** In Base64 a text looks in three ways, by where in a group of three bytes it begins. What its neighbours have a part in is left out. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  // `Basic` credentials are in ISO 8859-1 with some (RFC 7617, 2.1), which is the same for ASCII.
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

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function longestPlainPiece(form: string): string {
  const pieces = form.match(/[A-Za-z0-9]+/g) ?? [''];
  return pieces.reduce((longest, piece) => (piece.length > longest.length ? piece : longest));
}

const named: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
  ' ': 'nbsp',
};

/** Letters and digits stand for themselves in every encoding; any other character has many, and one text may have several of them. */
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
    // In the job summary an empty comment may come after it.
    `&#(?:0*${code}|[xX]0*${digits(code, 1)});(?:<!-- -->)?`,
    ...(name === undefined ? [] : [`&${name};`]),
    ...(character === ' ' ? ['\\+'] : []),
    // Base64's other alphabet (RFC 4648, section 5).
    ...(character === '+' ? ['-'] : []),
    ...(character === '/' ? ['_'] : []),
  ];
  return `(?:${ways.join('|')})`;
}

/** Hexadecimal digits in either case. */
function digits(number: number, width: number): string {
  return number
    .toString(16)
    .padStart(width, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}
