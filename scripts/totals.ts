/**
 * Adds up the results of `.ci/run` in `.cache/results`. The last line is `N passed, N failed`.
 *
 * `stages.tsv` has a line for each stage: name, test suites (comma-separated, or `-` for a plain check), exit code, seconds. A stage with
 * suites also writes jest's report `NAME.json`. A plain check counts as one test.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

interface Stage {
  readonly name: string;
  /** Jest projects that must run. None for a plain check. */
  readonly suites: readonly string[];
  readonly exitCode: number;
  readonly seconds: number;
}

/** The parts of jest's report (`--json --outputFile`) that this script reads. */
interface JestReport {
  readonly testResults: readonly {
    /** Path of the test file. */
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

export interface Total {
  readonly passed: number;
  readonly failed: number;
  /** Names of failed tests, and descriptions of other failures. */
  readonly failures: readonly string[];
}

/** The total of one stage. `report` is undefined if jest wrote none. */
export function totalOf(stage: Stage, report: JestReport | undefined): Total {
  if (stage.suites.length === 0) return checkTotal(stage);
  if (!report)
    return { passed: 0, failed: 1, failures: [`ended with code ${stage.exitCode}, without a report`] };

  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === 'passed').length;
  const failures = [
    ...tests.filter((test) => test.status === 'failed').map((test) => test.fullName),
    ...crashes(report),
    ...missingSuites(stage, report),
    ...unexplainedSkips(report),
  ];
  if (stage.exitCode !== 0 && failures.length === 0) failures.push(`ended with code ${stage.exitCode}`);
  return { passed, failed: failures.length, failures };
}

function checkTotal({ exitCode }: Stage): Total {
  return exitCode === 0
    ? { passed: 1, failed: 0, failures: [] }
    : { passed: 0, failed: 1, failures: [`ended with code ${exitCode}`] };
}

function crashes(report: JestReport): string[] {
  return report.testResults
    .filter((file) => file.status === 'failed')
    .filter((file) => file.assertionResults.every((test) => test.status !== 'failed'))
    .map((file) => `${basename(file.name)} failed outside its tests`);
}

function missingSuites(stage: Stage, report: JestReport): string[] {
  const ran = report.testResults
    .filter((file) => file.assertionResults.some(hasRun))
    .map((file) => file.name);
  return stage.suites
    .filter((suite) => !ran.some((name) => name.replaceAll('\\', '/').includes(`/__tests__/${suite}/`)))
    .map((suite) => `the suite "${suite}" ran no test`);
}

/** A test may be skipped only if its name says what it needs: `follows links (needs symlinks)`. */
function unexplainedSkips(report: JestReport): string[] {
  return report.testResults
    .flatMap((file) => file.assertionResults)
    .filter((test) => !hasRun(test) && !/\(needs [^)]+\)/.test(test.fullName))
    .map((test) => `skipped without a reason in its name: ${test.fullName}`);
}

function hasRun(test: { readonly status: string }): boolean {
  return test.status === 'passed' || test.status === 'failed';
}

function readStages(folder: string): Stage[] {
  const lines = readFileSync(join(folder, 'stages.tsv'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [name = '', suites = '', exitCode, seconds] = line.split('\t');
    return {
      name,
      suites: suites === '-' ? [] : suites.split(','),
      exitCode: Number(exitCode),
      seconds: Number(seconds),
    };
  });
}

function readReport(folder: string, stage: Stage): JestReport | undefined {
  const file = join(folder, `${stage.name}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as JestReport) : undefined;
}

function summaryLine(stage: Stage, total: Total): string {
  const verdict = total.failed === 0 ? 'ok' : 'FAILED';
  const count = stage.suites.length === 0 ? '' : `${total.passed} of ${total.passed + total.failed}`;
  const columns = [
    verdict.padEnd(7),
    stage.name.padEnd(18),
    count.padStart(12),
    `${stage.seconds} s`.padStart(8),
  ];
  return [columns.join(' '), ...total.failures.map((failure) => `          ${failure}`)].join('\n');
}

if (import.meta.main) {
  const folder = process.argv[2] ?? join(import.meta.dirname, '..', '.cache', 'results');
  const stages = readStages(folder);
  const totals = stages.map((stage) => totalOf(stage, readReport(folder, stage)));
  const sum = (part: 'passed' | 'failed') => totals.reduce((count, total) => count + total[part], 0);
  const lines = stages.map((stage, index) => summaryLine(stage, totals[index] ?? checkTotal(stage)));
  process.stdout.write(`\n${lines.join('\n')}\n\n${sum('passed')} passed, ${sum('failed')} failed\n`);
  process.exitCode = sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
}
