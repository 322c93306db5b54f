import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { buckets } from '../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { parseLinkList } from '../../src/links/linkList.ts';
import { detectPages } from '../../src/sync/pageNames.ts';
import { filesIn } from '../support/downloadRun.ts';
import { type FaultyStorage, breakStorage, errorXml } from '../support/faultyServer.ts';
import { folderWith } from '../support/folder.ts';
import { letObjectsAge } from '../support/objectAge.ts';
import { putObjects } from '../support/putObjects.ts';
import { type ActionName, errorOf, runSubject } from '../support/subject.ts';
import { seed } from './properties.ts';

/** Runs of the model, each with up to so many commands. */
const runs = Number(process.env['MODEL_RUNS'] ?? 10);
const commandsEach = 8;

/** What may be stored: the possible contents of each key; undefined: no object. After a success there is only one. */
type Model = Map<string, ReadonlySet<string | undefined>>;

interface Real {
  readonly platform: Platform;
  readonly storage: FaultyStorage;
}

let platform: Platform;
let storage: FaultyStorage;
beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  storage = await breakStorage(platform.storageUrl);
  platform.terrapi.storageEndpoint = storage.url;
});
afterAll(async () => {
  await storage.close();
  await platform.stop();
});

/** What goes wrong at the request with this number: an error once, a refusal from then on, a lost answer, or a SIGKILL of the process. */
type Trouble =
  { readonly kind: 'none' } | { readonly kind: 'error' | 'lost' | 'refusal' | 'kill'; readonly at: number };

/** Runs an action, with trouble. @param mustSucceed one error, or one lost answer, is mended by a retry @returns whether it succeeded */
async function run(
  action: ActionName,
  inputs: Record<string, string>,
  cwd: string,
  trouble: Trouble,
  mustSucceed = trouble.kind !== 'refusal' && trouble.kind !== 'kill',
): Promise<boolean> {
  let pid = 0;
  let count = 0;
  storage.decide = () => {
    count += 1;
    if (trouble.kind === 'none' || count < trouble.at) return undefined;
    if (trouble.kind === 'refusal') return { kind: 'answer', status: 403, body: errorXml('AccessDenied') };
    if (count > trouble.at) return undefined;
    if (trouble.kind === 'kill') {
      process.kill(pid, 'SIGKILL');
      return { kind: 'stall' };
    }
    return trouble.kind === 'lost'
      ? { kind: 'lost' }
      : { kind: 'answer', status: 503, body: errorXml('SlowDown') };
  };
  // Objects as old as the start of a run are kept.
  await letObjectsAge(platform, 3_000);
  const onStart = (started: number) => (pid = started);
  const result = await runSubject(
    { platform, entries: 'src/main' },
    action,
    { links: 'session', ...inputs },
    { cwd, onStart },
  );
  storage.decide = () => undefined;
  const isSuccess = result.exitCode === 0;
  if (result.log.includes('    at ')) throw new Error(`A stack trace: ${result.log.slice(-3_000)}`);
  if (mustSucceed && !isSuccess) throw new Error(`${action} failed: ${errorOf(result)}`);
  return isSuccess;
}

/** Sets what a key may hold after a write or a deletion; if the run failed, the former content is possible too. */
function may(model: Model, key: string, content: string | undefined, isCertain: boolean): void {
  const before = isCertain ? [] : (model.get(key) ?? [undefined]);
  model.set(key, new Set([...before, content]));
}

const below = (model: Model, folder: string) =>
  [...model.keys()].filter((key) => key.startsWith(`ci/${folder}/`));

/** Compares the storage with the model. Pages must not lead to what is not there. */
async function check(model: Model): Promise<void> {
  const keys = (await platform.store.list(buckets.outputs, '')).map(({ key }) => key);
  const stored = new Set(keys);
  const pages = detectPages(keys);
  const text = async (key: string) => (await platform.store.get(buckets.outputs, key)).body.toString();
  for (const key of keys) {
    if (pages.has(key)) continue;
    const content = await text(key);
    if (model.get(key)?.has(content) !== true) throw new Error(`${key} holds '${content}'`);
  }
  for (const [key, contents] of model)
    if (!stored.has(key) && !contents.has(undefined)) throw new Error(`${key} is missing`);
  for (const key of keys.filter((name) => name.endsWith('/_links.html'))) {
    const { files } = parseLinkList(await text(key), { where: key, plainHttp: true });
    for (const { source } of files) {
      const [, , ...segments] = decodeURIComponent(new URL(source).pathname).split('/');
      if (!stored.has(segments.join('/')))
        throw new Error(`${key} leads to ${segments.join('/')}, which is not there`);
    }
  }
  expect([...pages.keys()].every((page) => page.startsWith('ci/'))).toBe(true);
}

type Step = fc.AsyncCommand<Model, Real>;

function step(name: string, work: (model: Model) => Promise<void>): Step {
  return {
    check: () => true,
    run: async (model) => {
      await work(model);
      await check(model);
    },
    toString: () => name,
  };
}

const folder = fc.constantFrom('d/1', 'd/2', 'd/3', 'e');
const files = fc.dictionary(
  fc.constantFrom('index.html', 'a.js', 'b/c.txt', 'z.css'),
  fc.constantFrom('one', 'two', '<script src="a.js"></script>'),
  { minKeys: 1 },
);
const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Trouble>({ kind: 'none' }) },
  fc.record({
    kind: fc.constantFrom('error' as const, 'lost' as const, 'refusal' as const, 'kill' as const),
    at: fc.integer({ min: 1, max: 14 }),
  }),
);

interface Upload {
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
  readonly deleteStale: boolean;
  readonly preview: boolean;
}

const upload: fc.Arbitrary<Upload> = fc.record({
  folder,
  files,
  deleteStale: fc.boolean(),
  preview: fc.boolean(),
});

function inputsOf({ folder: destination, deleteStale, preview }: Upload): Record<string, string> {
  return { path: '.', destination, 'delete-stale': String(deleteStale), preview: preview ? 'auto' : 'false' };
}

function uploaded(model: Model, { folder: to, files: all, deleteStale }: Upload, isCertain: boolean): void {
  if (deleteStale)
    for (const key of below(model, to))
      if (!(key.slice(`ci/${to}/`.length) in all)) may(model, key, undefined, isCertain);
  for (const [name, content] of Object.entries(all)) may(model, `ci/${to}/${name}`, content, isCertain);
}

const steps: fc.Arbitrary<Step>[] = [
  fc.tuple(upload, trouble).map(([one, fault]) =>
    step(`upload ${JSON.stringify([one, fault])}`, async (model) => {
      const isDone = await run('upload', inputsOf(one), folderWith(one.files), fault);
      uploaded(model, one, isDone);
    }),
  ),
  fc.tuple(upload, upload).map(([one, other]) =>
    step(`two uploads ${JSON.stringify([one, other])}`, async (model) => {
      // Delete-stale is for one publisher to a destination.
      const both = [one, { ...other, deleteStale: other.deleteStale && one.folder !== other.folder }].map(
        (each) => ({ ...each, deleteStale: each.deleteStale && one.folder !== other.folder }),
      );
      await letObjectsAge(platform, 3_000);
      await Promise.all(
        both.map((each) => run('upload', inputsOf(each), folderWith(each.files), { kind: 'none' })),
      );
      for (const each of both) uploaded(model, each, one.folder !== other.folder);
      // The later one wins; which one that is, nobody knows.
      if (one.folder === other.folder)
        for (const [name, content] of Object.entries(one.files))
          model.set(
            `ci/${one.folder}/${name}`,
            new Set([content, ...(name in other.files ? [other.files[name]] : [])]),
          );
      if (one.folder === other.folder)
        for (const [name, content] of Object.entries(other.files))
          if (!(name in one.files)) model.set(`ci/${one.folder}/${name}`, new Set([content]));
    }),
  ),
  fc.tuple(folder, trouble).map(([from, fault]) =>
    step(`remove ${from} ${JSON.stringify(fault)}`, async (model) => {
      const isDone = await run('remove', { destination: from }, folderWith({}), fault);
      for (const key of below(model, from)) may(model, key, undefined, isDone);
    }),
  ),
  trouble.map((fault) =>
    step(`keep-last ${JSON.stringify(fault)}`, async (model) => {
      await run('remove', { destination: 'd', 'keep-last': '1' }, folderWith({}), fault);
      // Which folder is the newest is not part of the model: whole folders go or stay.
      for (const key of below(model, 'd')) may(model, key, undefined, false);
    }),
  ),
  fc.tuple(folder, trouble).map(([at, fault]) =>
    step(`links ${at} ${JSON.stringify(fault)}`, async (model) => {
      const isKnown = below(model, at).some((key) => model.get(key)?.has(undefined) === false);
      const mayFail = !isKnown || fault.kind === 'refusal' || fault.kind === 'kill';
      await run('links', { destination: at }, folderWith({}), fault, !mayFail);
    }),
  ),
  folder.map((from) =>
    step(`download ${from}`, async (model) => {
      const to = folderWith({});
      const isDone = await run('download', { destination: from }, to, { kind: 'none' }, false);
      const found = filesIn(to);
      for (const [name, content] of Object.entries(found)) {
        if (model.get(`ci/${from}/${name}`)?.has(content) !== true)
          throw new Error(`Downloaded ${name}: '${content}'`);
      }
      if (!isDone) expect(found).toEqual({});
    }),
  ),
  fc
    .tuple(
      fc.constantFrom('ci/d/1/own.txt', 'ci/d/own.txt', 'ci/e/_links.html.txt', 'ci/other/x', 'ci/dd/x'),
      fc.constantFrom('mine', 'also mine'),
    )
    .map(([key, content]) =>
      step(`own object ${key}`, async (model) => {
        await putObjects(platform, { [key]: content });
        model.set(key, new Set([content]));
      }),
    ),
];

test('the storage holds what the contract says, after any commands, faults and kills', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: commandsEach, size: 'max' }), async (commands) => {
      await platform.store.clear(buckets.outputs);
      await fc.asyncModelRun(() => ({ model: new Map() as Model, real: { platform, storage } }), commands);
    }),
    {
      numRuns: runs,
      seed,
      interruptAfterTimeLimit: 120_000,
      markInterruptAsFailure: false,
      endOnFailure: true,
    },
  );
}, 600_000);
