import { expect } from '@jest/globals';
import fc from 'fast-check';

import { buckets } from '../../../platform/catalogue.ts';
import { filesIn } from '../../support/downloadRun.ts';
import { folderWith } from '../../support/folder.ts';
import { putObjects } from '../../support/putObjects.ts';
import {
  type Outcome,
  type Removal,
  type Upload,
  afterLinks,
  afterUpload,
  baseOf,
  expectExactly,
  expectRemovalMoment,
  expectSums,
  expectUploadMoment,
  generatedOf,
  ownOf,
  removedKeys,
  uploadRefusal,
} from './contract.ts';
import { type Ran, type Real, type Trouble, mustSucceed, passingNames, runHere, runStep } from './runs.ts';
import { inputsFor } from '../../../platform/inputs.ts';
import { type Snapshot, type Stored, below, danglingPages, keyOf, linksOf, snapshot } from './world.ts';

/** Pages that link to deleted files, because `older-than` deleted only the files. The run has said so. */
export interface Model {
  outdated: ReadonlySet<string>;
}

type Step = fc.AsyncCommand<Model, Real>;

const hour = 3_600_000;

async function read({ platform }: Pick<Real, 'platform'>): Promise<Snapshot> {
  const objects = await snapshot(platform);
  if (!objects) throw new Error('The storage does not stay the same.');
  return objects;
}

function expectNoDangling(now: Snapshot, outdated: ReadonlySet<string>): void {
  const wrong = [...danglingPages(now)].filter((key) => !outdated.has(key));
  if (wrong.length > 0) throw new Error(`${wrong.join(', ')} has links to objects that are not there`);
}

function step(title: string, work: (before: Snapshot, real: Real, model: Model) => Promise<void>): Step {
  return {
    check: () => true,
    run: async (model, real) => {
      const before = await read(real);
      await work(before, real, model);
      const now = await read(real);
      model.outdated = new Set(
        [...model.outdated].filter((key) => before.get(key)?.text === now.get(key)?.text),
      );
      expectNoDangling(now, model.outdated);
    },
    toString: () => title,
  };
}

const folder = fc.constantFrom('d/1', 'd/2', 'd/3', 'e');
const page = '<!-- file --><script src="a.js"></script>';
const files = fc.dictionary(
  fc.constantFrom('index.html', 'a.js', 'b/c.txt', 'z.css', 'b/index.html', '_links.html'),
  fc.constantFrom('file one', 'file two', page),
  { minKeys: 1, noNullPrototype: true },
);
const at = fc.integer({ min: 1, max: 14 });
const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Trouble>({ kind: 'none' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('passing' as const),
      at: fc.uniqueArray(at, { minLength: 1, maxLength: 3 }),
      fault: fc.constantFrom(...passingNames),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('terrapi' as const),
      status: fc.constantFrom(429, 500, 503),
      times: fc.constantFrom(1, 2),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('refusal' as const), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('kill' as const), at }) },
);
/** Trouble that a command must survive. */
const survivable = trouble.filter(mustSucceed);
const otherClient = (key: string) =>
  fc.integer({ min: 1, max: 6 }).map((number): Trouble => ({ kind: 'other client', at: number, key }));

const upload: fc.Arbitrary<Upload> = fc.record({
  folder,
  files,
  deleteStale: fc.boolean(),
  preview: fc.constantFrom('auto', 'auto', 'false'),
  overwrite: fc.constantFrom('always', 'always', 'changed', 'never'),
  links: fc.constantFrom('session', 'session', 'session', 'none'),
  checksums: fc.constantFrom(false, false, true),
});

function uploadInputs(one: Upload): Record<string, string> {
  return {
    path: folderWith(one.files),
    root: '',
    destination: one.folder,
    'delete-stale': String(one.deleteStale),
    preview: one.links === 'none' ? 'false' : one.preview,
    overwrite: one.overwrite,
    links: one.links,
    checksums: String(one.checksums),
  };
}

function expectSuccess({ code, log }: Ran): void {
  if (code !== undefined) throw new Error(`The run failed: ${log.slice(-2_000)}`);
}

/** Opens all links of a run and of a page. */
async function expectLinks(now: Snapshot, links: Iterable<readonly [string, string]>): Promise<void> {
  for (const [name, url] of links) {
    const answer = await fetch(url);
    const text = await answer.text();
    if (answer.status !== 200 || now.get(keyOf(url))?.text !== text)
      throw new Error(`${name}: ${answer.status}`);
  }
}

async function expectPublished(
  now: Snapshot,
  base: string,
  { outputs }: Ran,
  { names, written }: { readonly names: readonly string[]; readonly written: Outcome['written'] },
): Promise<void> {
  const urls = JSON.parse(outputs.get('urls') ?? '{}') as Record<string, string>;
  expect(Object.keys(urls).sort()).toEqual([...names].sort());
  for (const [name, url] of Object.entries(urls)) expect(keyOf(url)).toBe(`${base}${name}`);
  await expectLinks(now, Object.entries(urls));
  for (const key of written) {
    const object = now.get(key);
    const links = object && linksOf(key, object);
    if (links) expect(links.map(({ name }) => name).sort()).toEqual([...names].sort());
  }
}

async function uploadStep(before: Snapshot, real: Real, one: Upload, fault: Trouble): Promise<void> {
  const refused = uploadRefusal(before, one);
  const ran = await runStep(real, {
    command: 'upload',
    inputs: uploadInputs(one),
    trouble: fault,
    onMoment: (now) => {
      if (refused !== undefined) throw new Error(`An upload to refuse (${refused}) changes the storage`);
      expectUploadMoment(withOther(before, now, fault), now, one);
    },
  });
  const now = await read(real);
  const start = withOther(before, now, fault);
  if (refused !== undefined) {
    if (mustSucceed(fault)) expect(ran.code).toBe(refused);
    expect(ran.code).toBeDefined();
    expectExactly(now, { own: ownOf(before), generated: generatedOf(before) });
    return;
  }
  if (mustSucceed(fault)) expectSuccess(ran);
  expectUploadMoment(start, now, one);
  if (ran.code !== undefined) return;
  const after = afterUpload(before, one);
  expectExactly(now, withOtherOwn(after, now, fault));
  if (one.checksums) expectSums(now, one);
  const names = Object.keys(one.files);
  if (one.links !== 'none')
    await expectPublished(now, baseOf(one.folder), ran, { names, written: after.written });
  const gone = [...before.keys()].filter((key) => !now.has(key));
  expect(ran.outputs.get('deleted-count')).toBe(String(gone.length));
  expect(Number(ran.outputs.get('uploaded-count')) + Number(ran.outputs.get('unchanged-count'))).toBe(
    names.length,
  );
}

/** An upload of several files with links, to a folder where the user's own file has the name of the index page. */
async function uploadBesidePage(real: Real, one: Upload, fault: Trouble): Promise<void> {
  await putObjects(real.platform, { [`${baseOf(one.folder)}_links.html`]: 'own page' });
  const several = { 'a.js': 'file one', 'z.css': 'file two', ...one.files };
  await uploadStep(await read(real), real, { ...one, files: several, links: 'session' }, fault);
}

/** The state before, with the object that another client stores meanwhile. It must stay. */
function withOther(before: Snapshot, now: Snapshot, fault: Trouble): Snapshot {
  if (fault.kind !== 'other client') return before;
  const stored = now.get(fault.key);
  return stored?.text.includes('another client') ? new Map([...before, [fault.key, stored]]) : before;
}

function withOtherOwn({ own, generated }: Outcome, now: Snapshot, fault: Trouble): Omit<Outcome, 'written'> {
  if (fault.kind !== 'other client' || !now.get(fault.key)?.text.includes('another client'))
    return { own, generated };
  return { own: new Map([...own, [fault.key, 'own, of another client']]), generated };
}

async function removalStep(
  before: Snapshot,
  real: Real,
  model: Model,
  removal: Removal,
  fault: Trouble,
): Promise<void> {
  // The step makes all objects older by 3 s.
  const removed = removedKeys(before, removal, Date.now());
  const remaining = new Map([...before].filter(([key]) => !removed.has(key)));
  const outdated = danglingPages(remaining);
  const ran = await runStep(real, {
    command: 'remove',
    inputs: {
      destination: removal.folder,
      ...(removal.keepLast !== undefined && { 'keep-last': String(removal.keepLast) }),
      ...(removal.olderThan !== undefined && { 'older-than': `${removal.olderThan / 1_000}s` }),
    },
    trouble: fault,
    onMoment: (now) => {
      expectRemovalMoment(withOther(before, now, fault), now, removed);
      expectNoDangling(now, new Set([...outdated, ...model.outdated]));
    },
  });
  const now = await read(real);
  if (mustSucceed(fault)) expectSuccess(ran);
  model.outdated = new Set([...model.outdated, ...outdated]);
  expectRemovalMoment(withOther(before, now, fault), now, removed);
  if (ran.code !== undefined) return;
  const after = { own: ownOf(remaining), generated: generatedOf(remaining), written: new Set<string>() };
  expectExactly(now, withOtherOwn(after, now, fault));
  expect(ran.outputs.get('deleted-count')).toBe(String(removed.size));
}

/** A removal. With older-than, all objects are old, except one that is new. */
async function removeStep(real: Real, model: Model, removal: Removal, fault: Trouble): Promise<void> {
  if (removal.olderThan !== undefined) {
    real.platform.store.makeOlder?.(buckets.outputs, hour);
    await putObjects(real.platform, { [`${baseOf(removal.folder)}own.txt`]: 'own, new' });
  }
  await removalStep(await read(real), real, model, removal, fault);
}

interface KeepLast {
  readonly keepLast: number;
  readonly olderThan: number | undefined;
  /** Folders that get a file before, one after the other. */
  readonly newest: readonly string[];
  readonly fault: Trouble;
}

async function keepLastStep(
  real: Real,
  model: Model,
  { newest, keepLast, olderThan, fault }: KeepLast,
): Promise<void> {
  const { platform } = real;
  for (const each of newest) {
    platform.store.makeOlder?.(buckets.outputs, 3_000);
    await putObjects(platform, { [`ci/${each}/own.txt`]: `own of ${each}` });
  }
  await removalStep(await read(real), real, model, { folder: 'd', keepLast, olderThan }, fault);
}

async function linksStep(before: Snapshot, real: Real, at: string, fault: Trouble): Promise<void> {
  const after = afterLinks(before, at);
  const isPage = (key: string) => key.startsWith(baseOf(at)) && before.get(key)?.isOwn !== true;
  const expectOwn = (now: Snapshot) => {
    for (const key of new Set([...before.keys(), ...now.keys()]))
      if (!isPage(key) && before.get(key)?.text !== now.get(key)?.text) throw new Error(`${key} has changed`);
  };
  const ran = await runStep(real, {
    command: 'links',
    inputs: { destination: at, links: 'session' },
    trouble: fault,
    onMoment: expectOwn,
  });
  const now = await read(real);
  expectOwn(now);
  if (!after) {
    if (mustSucceed(fault)) expect(ran.code).toBe('no-files-to-link');
    expectExactly(now, { own: ownOf(before), generated: generatedOf(before) });
    return;
  }
  if (mustSucceed(fault)) expectSuccess(ran);
  if (ran.code !== undefined) return;
  expectExactly(now, after);
  const own = [...below(before, baseOf(at))].filter(([, { isOwn }]) => isOwn);
  await expectPublished(now, baseOf(at), ran, { names: own.map(([name]) => name), written: after.written });
}

async function downloadStep(before: Snapshot, real: Real, from: string, fault: Trouble): Promise<void> {
  const to = folderWith({});
  const own = [...below(before, baseOf(from))].filter(([, { isOwn }]) => isOwn);
  const expected = new Map(own.map(([name, { text }]) => [name, text]));
  const ran = await runStep(real, {
    command: 'download',
    inputs: { destination: from, path: to },
    trouble: fault,
  });
  const found = filesIn(to);
  for (const [name, text] of Object.entries(found))
    if (expected.get(name) !== text && !name.includes('.part'))
      throw new Error(`Downloaded ${name}: '${text}'`);
  if (own.length === 0) {
    if (mustSucceed(fault)) expect(ran.code).toBe('no-files-to-download');
  } else if (mustSucceed(fault)) expectSuccess(ran);
  if (ran.code === undefined) expect(Object.keys(found).sort()).toEqual([...expected.keys()].sort());
}

/** Two jobs at the same time. Delete-stale is for one publisher to a destination. */
async function twoUploads(
  before: Snapshot,
  { platform }: Real,
  given: readonly [Upload, Upload],
): Promise<void> {
  const isSame = given[0].folder === given[1].folder;
  const both = given.map((each) => ({
    ...each,
    deleteStale: each.deleteStale && !isSame,
    overwrite: 'always' as const,
    checksums: each.checksums && !isSame,
  }));
  if (both.some((each) => uploadRefusal(before, each) !== undefined)) return;
  if (isSame && both.some(({ files: all }) => 'b' in all || '_links.html' in all)) return;
  platform.store.makeOlder?.(buckets.outputs, 3_000);
  const runs = both.map((each) => ['upload', { ...inputsFor(platform), ...uploadInputs(each) }] as const);
  for (const ran of await runHere(platform, runs)) expectSuccess(ran);
  const now = await read({ platform });
  let expected: Snapshot = before;
  for (const each of both) {
    const { own, generated } = afterUpload(expected, each);
    const made = new Map<string, Stored>();
    for (const [key, text] of own) made.set(key, { text, time: 0, isOwn: true });
    for (const key of generated) made.set(key, { text: '', time: 0, isOwn: false });
    expected = made;
  }
  // The later one wins. Either can be the later one.
  const own = ownOf(expected);
  for (const { folder: to, files: all } of both)
    for (const [name, text] of Object.entries(all))
      if (now.get(`${baseOf(to)}${name}`)?.text === text) own.set(`${baseOf(to)}${name}`, text);
  expectExactly(now, { own, generated: generatedOf(expected) });
}

const ownKeys = [
  'ci/d/1/own.txt',
  'ci/d/2/_links.html',
  'ci/d/3/_preview.html',
  'ci/e/SHA256SUMS',
  'ci/d/2/b',
  'ci/d/own.txt',
  'ci/dd/x',
  'ci/other/x',
];

/** All steps that the model knows. Uploads are the most frequent. */
export const steps: fc.Arbitrary<Step>[] = [
  ...[trouble, trouble, survivable].map((fault) =>
    fc
      .tuple(upload, fault)
      .map(([one, given]) =>
        step(`upload ${JSON.stringify([one, given])}`, (before, real) =>
          uploadStep(before, real, one, given),
        ),
      ),
  ),
  fc
    .tuple(upload, fc.constantFrom('d/1', 'd/2'))
    .chain(([one, to]) =>
      otherClient(`ci/${to}/other.txt`).map((fault) =>
        step(`upload ${JSON.stringify([one, fault])}`, (before, real) =>
          uploadStep(before, real, { ...one, folder: to }, fault),
        ),
      ),
    ),
  fc
    .tuple(upload, survivable)
    .map(([one, fault]) =>
      step(`upload beside an own page ${JSON.stringify([one, fault])}`, (_, real) =>
        uploadBesidePage(real, one, fault),
      ),
    ),
  fc
    .tuple(upload, upload)
    .map((both) =>
      step(`two uploads ${JSON.stringify(both)}`, (before, real) => twoUploads(before, real, both)),
    ),
  fc
    .record({
      folder: fc.constantFrom('d/1', 'd/2', 'd/3', 'e', 'd'),
      keepLast: fc.constant(undefined),
      olderThan: fc.constantFrom(undefined, hour / 2),
    })
    .chain((removal) =>
      fc
        .oneof(trouble, otherClient(`ci/${removal.folder}/other.txt`))
        .map((fault) =>
          step(`remove ${JSON.stringify([removal, fault])}`, (_, real, model) =>
            removeStep(real, model, removal, fault),
          ),
        ),
    ),
  fc
    .record({
      keepLast: fc.constantFrom(1, 2),
      olderThan: fc.constantFrom(undefined, undefined, hour / 2),
      newest: fc.shuffledSubarray(['d/1', 'd/2', 'd/3'], { minLength: 2 }),
      fault: trouble,
    })
    .map((given) =>
      step(`keep-last ${JSON.stringify(given)}`, (_, real, model) => keepLastStep(real, model, given)),
    ),
  fc
    .tuple(folder, trouble)
    .map(([to, fault]) =>
      step(`links ${to} ${JSON.stringify(fault)}`, (before, real) => linksStep(before, real, to, fault)),
    ),
  fc
    .tuple(folder, survivable)
    .map(([from, fault]) =>
      step(`download ${from} ${JSON.stringify(fault)}`, (before, real) =>
        downloadStep(before, real, from, fault),
      ),
    ),
  fc.constantFrom(...ownKeys).map((key) =>
    step(`own object ${key}`, async (before, { platform }) => {
      const isFolder = [...before.keys()].some((other) => other.startsWith(`${key}/`));
      if (!isFolder) await putObjects(platform, { [key]: `own ${key}` });
    }),
  ),
  fc.constant(
    step('an hour later', async (_, { platform }) => {
      platform.store.makeOlder?.(buckets.outputs, hour);
      await Promise.resolve();
    }),
  ),
];
