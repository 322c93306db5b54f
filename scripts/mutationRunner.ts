/**
 * A test runner for Stryker. Stryker's own runner starts Jest for each change of the source, which takes a second. This one loads the tests of
 * a folder once, with Jest's own `describe`, `test` and `expect`, and switches the changes on and off: a change takes a few milliseconds.
 */
import { globSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { type ResolveHookContext, registerHooks } from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';

import { getState, resetState } from 'jest-circus';

type Block = ReturnType<typeof getState>['rootDescribeBlock'];
type Entry = Block['children'][number];
type Case = Extract<Entry, { type: 'test' }>;
type Hook = Block['hooks'][number];

/** A loaded test file. */
interface Suite {
  readonly file: string;
  readonly root: Block;
  /** The tests, by the names that Stryker gets. */
  readonly cases: ReadonlyMap<string, Case>;
  readonly sources: ReadonlySet<string>;
}

/** What the changed source shares with Stryker (its instrumenter's `INSTRUMENTER_CONSTANTS`). */
interface Shared {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: unknown;
}

interface MutantRun {
  readonly activeMutant: { readonly id: string; readonly fileName: string };
  readonly testFilter?: readonly string[];
  readonly hitLimit?: number;
  readonly sandboxFileName: string;
  /** `static`: the change must be on while the source is loaded. */
  readonly mutantActivation: 'runtime' | 'static';
}

/** The environment variable with the folder of the tests. */
export const testFolder = 'MUTATION_TESTS';

const shared = ((globalThis as { __stryker__?: Shared }).__stryker__ ??= {});

/** Errors outside of any promise that a test waits for. They count for the test that runs. */
let uncaught: unknown[] = [];

/** The source files of each load, by its number. */
const loads: Set<string>[] = [];

/** Left out: `@actions/glob` finds nothing in this process. */
const unsuitable = 'are those that @actions/glob finds';

/** Gives each load its own modules, as Jest does. Packages are shared. */
function resolve(
  specifier: string,
  context: ResolveHookContext,
  next: (specifier: string, context?: ResolveHookContext) => { url: string },
) {
  if (specifier === '@jest/globals')
    return { url: new URL('mutationGlobals.ts', import.meta.url).href, shortCircuit: true };
  const found = next(specifier, context);
  const load = context.parentURL?.split('?load=')[1];
  if (load === undefined || !found.url.startsWith('file:') || found.url.includes('/node_modules/'))
    return found;
  loads[Number(load)]?.add(found.url);
  return { ...found, url: `${found.url}?load=${load}` };
}

/** Loads a test file with modules of its own. */
async function loadSuite(file: string): Promise<Suite> {
  resetState();
  const sources = new Set<string>();
  const load = loads.push(sources) - 1;
  await import(`${pathToFileURL(file).href}?load=${load}`);
  const root = getState().rootDescribeBlock;
  const cases = new Map<string, Case>();
  const add = (entries: readonly Entry[], above: string) => {
    for (const entry of entries) {
      const name = `${above} ${entry.name}`.trim();
      if (entry.type === 'describeBlock') add(entry.children, name);
      else cases.set(`${path.basename(file, '.test.ts')}: ${name} #${cases.size}`, entry);
    }
  };
  add(root.children, '');
  return { file, root, cases, sources };
}

async function call(fn: unknown): Promise<void> {
  await (fn as () => unknown).call({});
}

/** Calls the hooks of a kind: of outer blocks first, or last for `after…`. */
async function callHooks(block: Block, kind: Hook['type'], isDeep: boolean): Promise<void> {
  const blocks: Block[] = [];
  for (let one: Block | undefined = block; one; one = isDeep ? one.parent : undefined) blocks.unshift(one);
  if (kind.startsWith('after')) blocks.reverse();
  for (const one of blocks) for (const { type, fn } of one.hooks) if (type === kind) await call(fn);
}

/** Runs one test with its hooks. @returns the first error */
async function runCase({ fn, parent }: Case): Promise<unknown> {
  uncaught = [];
  const errors: unknown[] = [];
  const attempt = (action: Promise<void>) =>
    action.catch((error: unknown) => void errors.push(error ?? 'an error'));
  await attempt(callHooks(parent, 'beforeEach', true).then(() => call(fn)));
  await attempt(callHooks(parent, 'afterEach', true));
  return [...errors, ...uncaught][0];
}

interface Outcome {
  readonly name: string;
  readonly error: unknown;
  readonly ms: number;
}

/** Runs tests of a file until `onCase` returns false. */
async function runSuite(
  suite: Suite,
  isWanted: (name: string) => boolean,
  onCase: (outcome: Outcome) => boolean,
): Promise<void> {
  const names = new Map([...suite.cases].map(([name, one]) => [one, name]));
  const wanted = (entry: Entry): boolean =>
    entry.type === 'describeBlock'
      ? entry.children.some(wanted)
      : entry.mode !== 'skip' && entry.name !== unsuitable && isWanted(names.get(entry) ?? '');
  const runBlock = async (block: Block): Promise<boolean> => {
    await callHooks(block, 'beforeAll', false);
    try {
      for (const entry of block.children.filter(wanted)) {
        if (entry.type === 'describeBlock') {
          if (!(await runBlock(entry))) return false;
          continue;
        }
        const name = names.get(entry) ?? '';
        shared.currentTestId = name;
        const start = performance.now();
        const error = await runCase(entry);
        shared.currentTestId = undefined;
        if (!onCase({ name, error, ms: performance.now() - start })) return false;
      }
      return true;
    } finally {
      await callHooks(block, 'afterAll', false);
    }
  };
  if (wanted({ ...suite.root, type: 'describeBlock' })) await runBlock(suite.root);
}

/** Switches a change of the source on, or all off. Child processes and worker threads read the variable. */
function activate(id: string | undefined): void {
  shared.activeMutant = id;
  if (id === undefined) delete process.env['__STRYKER_ACTIVE_MUTANT__'];
  else process.env['__STRYKER_ACTIVE_MUTANT__'] = id;
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

class FolderRunner {
  static readonly inject = [] as const;
  /** By file, without any change. */
  readonly #suites = new Map<string, Suite>();
  /** Milliseconds of each test file. The fast ones run first, because the first failure is enough. */
  readonly #times = new Map<string, number>();

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    // Tests that give up the rights of root need to read the copy.
    await chmod('.', 0o755);
    registerHooks({ resolve });
    const note = (error: unknown) => void uncaught.push(error);
    process.on('uncaughtException', note).on('unhandledRejection', note);
  }

  #files(): string[] {
    const files = globSync(`${process.env[testFolder] ?? ''}/**/*.test.ts`).map((file) => path.resolve(file));
    return files.sort((a, b) => (this.#times.get(a) ?? 0) - (this.#times.get(b) ?? 0));
  }

  /** Runs all tests without a change, and records which places of the source each test reaches. */
  async dryRun() {
    const tests: object[] = [];
    for (const file of this.#files()) {
      const suite = await loadSuite(file);
      this.#suites.set(file, suite);
      const start = performance.now();
      await runSuite(
        suite,
        () => true,
        ({ name, error, ms }) => {
          const known = { id: name, name, timeSpentMs: ms, fileName: file };
          tests.push(
            error === undefined
              ? { ...known, status: 0 }
              : { ...known, status: 1, failureMessage: textOf(error) },
          );
          return true;
        },
      );
      this.#times.set(file, performance.now() - start);
    }
    return { status: 'complete', tests, mutantCoverage: shared.mutantCoverage };
  }

  /** Runs the tests that reach a change, until one fails. */
  async mutantRun(run: MutantRun) {
    const { activeMutant, testFilter, hitLimit, sandboxFileName, mutantActivation } = run;
    const source = pathToFileURL(path.resolve(sandboxFileName)).href;
    const isWanted = testFilter ? (name: string) => testFilter.includes(name) : () => true;
    shared.hitLimit = hitLimit;
    shared.hitCount = hitLimit === undefined ? undefined : 0;
    let count = 0;
    let failed: Outcome | undefined;
    const onCase = (outcome: Outcome) => {
      count += 1;
      if (outcome.error !== undefined) failed = outcome;
      return failed === undefined;
    };
    try {
      for (const file of this.#files()) {
        const known = this.#suites.get(file) ?? (await loadSuite(file));
        this.#suites.set(file, known);
        if (!known.sources.has(source)) continue;
        activate(activeMutant.id);
        // The modules that are loaded with the change are not used again.
        const suite = mutantActivation === 'static' ? await loadSuite(file) : known;
        await runSuite(suite, isWanted, onCase);
        activate(undefined);
        if (failed) break;
      }
    } catch (error) {
      failed ??= { name: '', error, ms: 0 };
    } finally {
      activate(undefined);
    }
    if (hitLimit !== undefined && (shared.hitCount ?? 0) > hitLimit)
      return { status: 'timeout', reason: `more than ${hitLimit} rounds` };
    return failed
      ? { status: 'killed', killedBy: [failed.name], failureMessage: textOf(failed.error), nrOfTests: count }
      : { status: 'survived', nrOfTests: count };
  }
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'folder', injectableClass: FolderRunner }];
