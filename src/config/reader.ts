import { ActionError } from '../errors/error.ts';
import { excerpt } from '../text/sanitize.ts';
import { capitalized, wording } from '../text/wording.ts';

/** Returns an input as given: the host's `input`. */
export type RawInput = (name: string) => string;

/** Reads inputs, and collects their errors so that all are reported at once. */
export class Reader {
  /** Lines shown below the problems. */
  readonly advice: string[] = [];
  /** Whether the job has an OIDC token, and so needs no client secret. */
  readonly keyless: boolean;
  /** Lines about how to log in, from the host. */
  readonly logIn: readonly string[];
  readonly #raw: RawInput;
  readonly #problems: { readonly name: string; readonly text: string }[] = [];

  constructor(raw: RawInput, keyless: boolean, logIn: readonly string[] = []) {
    this.#raw = raw;
    this.keyless = keyless;
    this.logIn = logIn;
  }

  text(name: string, fallback = ''): string {
    return this.#raw(name).trim() || fallback;
  }

  required(name: string, example: string): string {
    const value = this.text(name);
    if (!value) this.problem(name, `is missing; expected ${example}`);
    return value;
  }

  lines(name: string): string[] {
    return this.text(name)
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean);
  }

  words(name: string, fallback = ''): string[] {
    return this.text(name, fallback).split(/\s+/).filter(Boolean);
  }

  /** Parses a text. If `parse` returns undefined, the text is an error. */
  parsed<T>(
    name: string,
    value: string,
    expected: string,
    parse: (value: string) => T | undefined,
  ): T | undefined {
    const parsed = parse(value);
    if (parsed === undefined) this.refuse(name, value, expected);
    return parsed;
  }

  optional<T>(name: string, expected: string, parse: (value: string) => T | undefined): T | undefined {
    const value = this.text(name);
    return value ? this.parsed(name, value, expected, parse) : undefined;
  }

  choice<T extends string>(name: string, choices: readonly [T, ...T[]]): T {
    const value = this.text(name, choices[0]);
    const expected = `one of ${choices.map((choice) => `'${choice}'`).join(', ')}`;
    return this.parsed(name, value, expected, () => choices.find((choice) => choice === value)) ?? choices[0];
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.text(name, String(fallback));
    return this.parsed(name, value, `'true' or 'false'`, parseBoolean) ?? fallback;
  }

  /** Whether the input has an error already. Errors that follow from it are not worth reporting. */
  hasProblem(name: string): boolean {
    return this.#problems.some((problem) => problem.name === name);
  }

  problem(name: string, text: string): void {
    this.#problems.push({ name, text });
  }

  refuse(name: string, value: string, expected: string): void {
    this.problem(name, `got '${excerpt(value, 120)}', expected ${expected}`);
  }

  finish(): void {
    const { inputNouns, setting, correctInputs } = wording();
    const problems = this.#problems.map(({ name, text }) => `${setting(name)}: ${text}`);
    const [first] = problems;
    if (first === undefined) return;
    const isOne = problems.length === 1;
    const message = isOne ? `${capitalized(inputNouns[0])}${first}` : `${problems.length} invalid inputs`;
    const isAboutCredentials = isOne && this.hasProblem('client-secret');
    throw new ActionError(isAboutCredentials ? 'no-credentials' : 'invalid-input', message, {
      hint: `${correctInputs} Nothing was sent.`,
      details: [...(isOne ? [] : problems.map((problem) => `- ${problem}`)), ...this.advice],
    });
  }
}

/** Reads a boolean as the core schema of YAML 1.2 writes it. */
export function parseBoolean(text: string): boolean | undefined {
  if (/^(true|True|TRUE)$/.test(text)) return true;
  return /^(false|False|FALSE)$/.test(text) ? false : undefined;
}
