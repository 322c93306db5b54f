import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { messageCodes } from '../../src/errors/codes.ts';
import { ActionError } from '../../src/errors/error.ts';
import { outputLines } from '../../src/hosts/outputLines.ts';
import { secret } from './arbitraries.ts';

/** Cases of each target. */
export const cases = Number(process.env['FUZZ_CASES'] ?? 10_000);

const given = process.env['FUZZ_SEED'] ?? '20261127';

/** The seed of all targets of this run. It is fixed, so that CI fails only by a change. `FUZZ_SEED=random` looks for new faults. */
export const seed = given === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(given);

interface FuzzOptions {
  /** Share of the cases to run, for a target that is slow. */
  readonly share?: number;
}

/** Tests a property with many cases. A failure prints the command that runs the same cases again. */
export function fuzz<T>(
  name: string,
  input: fc.Arbitrary<T>,
  property: (input: T) => unknown,
  { share = 1 }: FuzzOptions = {},
): void {
  const numRuns = Math.ceil(cases * share);
  const checked = fc.asyncProperty(input, async (value) => {
    await property(value);
  });
  test(name, () =>
    fc.assert(checked, {
      numRuns,
      seed,
      // On a very slow machine, a target ends earlier and says so.
      interruptAfterTimeLimit: 60_000,
      markInterruptAsFailure: false,
      reporter: (run) => {
        if (run.interrupted) process.stderr.write(`${name}: ${run.numRuns} of ${numRuns} cases\n`);
        if (run.failed)
          throw new Error(
            [replay(name), String(run.errorInstance), fc.defaultReportMessage(run) ?? ''].join('\n'),
            { cause: run.errorInstance },
          );
      },
    }),
  );
}

function replay(name: string): string {
  return `Run these cases again: FUZZ_SEED=${seed} npm run test:fuzz -- -t '${name}'`;
}

/** What a run prints of an error: message, hint and details. */
export function textOf({ message, hint = '', details }: ActionError): string {
  return [message, hint, ...details].join('\n');
}

/** Runs code that may fail only with an error of this project, which has a code and shows nothing it must not show. @returns the error */
export async function failsWell(run: () => unknown): Promise<ActionError | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    checkError(error);
    return error as ActionError;
  }
}

/** Checks an error: it is one of this project, its message is one line, and it shows no secret and no stack. */
export function checkError(error: unknown): void {
  if (!(error instanceof ActionError)) throw error;
  expect(messageCodes).toContain(error.code);
  expect(error.message).not.toMatch(/[\r\n]/);
  // Errors also get into the summary and into files.
  if (textOf(error).includes(secret)) throw new Error(`A secret in: ${textOf(error)}`);
  checkText(error.message, error.hint ?? '', ...error.details);
}

/** Checks lines that a run prints through its host. */
export function checkText(...lines: readonly string[]): void {
  for (const line of lines) {
    const words =
      /\bat \S+ \(?(?:file|node):|\b(?:Type|Range|Reference)Error\b|is not (?:a function|iterable)|Cannot (?:read|destructure|convert)|\[object Object\]|\bundefined\b/.exec(
        line,
      );
    if (words) throw new Error(`A message of JavaScript in: ${line}`);
  }
  for (const line of outputLines(lines)) {
    if (line.includes(secret)) throw new Error(`A secret in: ${line}`);
    if (/[\r\n]|^\s*::|##\[/.test(line)) throw new Error(`A workflow command in: ${line}`);
  }
}

/**
 * Checks that code takes linear time: a text four times as long may take 12 times as long, where quadratic code takes 16 times. It measures the
 * processor time of this thread, best of three, and ignores short times, so that a busy machine makes no difference.
 * @param make a text of about so many characters
 */
export function isLinear(
  make: (length: number) => string,
  run: (text: string) => unknown,
  length = 20_000,
): void {
  const [short, long] = [make(length), make(4 * length)];
  const time = (text: string) => Math.min(...[1, 2, 3].map(() => cpuTime(() => run(text))));
  const [once, four] = [Math.max(time(short), 40), time(long)];
  if (four > 12 * once)
    throw new Error(`${length} characters take ${once} ms, and ${4 * length} take ${four} ms`);
}

/** Milliseconds of this thread. */
function cpuTime(run: () => unknown): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
