import { hash } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { type Overwrite, comparable, planChanges } from '../../../src/sync/diff.ts';
import { keptKeys, staleKeys } from '../../../src/sync/staleObjects.ts';
import { ActionError } from '../../../src/errors/error.ts';
import { planUpload, withGenerated } from '../../../src/sync/plan.ts';
import { failureOf } from '../failure.ts';
import { localFile } from '../localFile.ts';

const base = 'p/d/';
const startedAt = 1_000;
/** Bytes of a part in the model. Longer contents have the ETag of a multipart upload. */
const partSize = 4;

interface StoredObject {
  readonly content: string;
  readonly etag: string;
  readonly lastModified: number;
}

type Objects = ReadonlyMap<string, StoredObject>;

function etagOf(content: string, part = partSize): string {
  if (content.length <= part) return hash('md5', content);
  const digests = (content.match(new RegExp(`.{1,${part}}`, 'gs')) ?? []).map((text) =>
    hash('md5', text, 'buffer'),
  );
  return `${hash('md5', Buffer.concat(digests))}-${digests.length}`;
}

/** A model of a storage. It contains objects, and records writes and deletions. */
class ModelStore {
  readonly objects: Map<string, StoredObject>;
  readonly written: string[] = [];
  readonly deleted: string[] = [];

  constructor(objects: Objects) {
    this.objects = new Map(objects);
  }

  put(key: string, content: string, ifAbsent: boolean): void {
    if (ifAbsent && this.objects.has(key)) throw new Error(`412 for ${key}`);
    this.written.push(key);
    this.objects.set(key, { content, etag: etagOf(content), lastModified: startedAt + 500 });
  }

  delete(key: string): void {
    this.deleted.push(key);
    this.objects.delete(key);
  }

  list(prefix: string) {
    return [...this.objects]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { content, etag, lastModified }]) => ({ key, size: content.length, etag, lastModified }));
  }
}

interface Publication {
  readonly local: Readonly<Record<string, string>>;
  readonly overwrite: Overwrite;
  readonly deleteStale: boolean;
  /** Whether a generated file is written as well. */
  readonly generated: boolean;
  /** Objects of a group may be written in any order. */
  readonly backwards: boolean;
}

/** Does the same as an upload, with the model instead of a storage. */
function publish(
  store: ModelStore,
  { local, overwrite, deleteStale, generated, backwards }: Publication,
): string[] {
  const whole = planUpload(
    Object.entries(local).map(([name, content]) => localFile(name, content.length)),
    'p/',
    'd',
  );
  const remote = new Map(store.list(base).map((object) => [object.key, object]));
  const contentOf = (name: string) => local[name] ?? 'sums';
  const digests = new Map(
    comparable(new Map(whole.puts.map((put) => [put.key, put])), [...remote.values()]).map(
      ({ key, name }) => [key, { etag: etagOf(contentOf(name)) }],
    ),
  );
  const changed = planChanges(whole, remote, digests, overwrite);
  const plan = generated ? { ...changed, ...withGenerated(changed, localFile('SHA256SUMS', 4)) } : changed;
  for (const group of plan.groups) {
    for (const put of backwards ? group.toReversed() : group)
      store.put(put.key, contentOf(put.name), overwrite === 'never' && !put.generated);
  }
  const kept = keptKeys(plan);
  if (deleteStale) for (const key of staleKeys(base, kept, store.list(base), startedAt)) store.delete(key);
  return plan.unchanged.map(({ key }) => key);
}

const segment = fc.constantFrom('a', 'b', 'index.html', 'SHA256', 'd');
const name = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'));
const content = fc.constantFrom('', 'x', 'y', 'xxxx', 'yyyy', 'xxxxxxxxx', 'yyyyyyyyy', 'xxxxxyyyy');
const age = fc.constantFrom(0, startedAt - 1, startedAt, startedAt + 1, startedAt + 400);
const layout = fc.constantFrom(partSize, partSize, 3);

const stored = fc
  .tuple(content, layout, age)
  .map(([text, part, lastModified]) => ({ content: text, etag: etagOf(text, part), lastModified }));
const inside = fc.oneof(
  name.map((text) => `${base}${text}`),
  fc.constantFrom(base, `${base}SHA256SUMS`, `${base}.hidden`),
);
const outside = fc.constantFrom('p/d', 'p/d.txt', 'p/dd/x', 'p/index.html', 'p/D/a', 'p/', 'q/d/a', 'd/a');
const objects = fc
  .array(fc.tuple(fc.oneof({ arbitrary: inside, weight: 3 }, outside), stored), { maxLength: 16 })
  .map((entries) => new Map(entries));
/** Files of a folder, by name. No file is in place of a folder. */
const tree = fc
  .dictionary(name, content, { maxKeys: 8 })
  .map((files) =>
    Object.fromEntries(
      Object.entries(files).filter(
        ([one]) => !Object.keys(files).some((other) => other.startsWith(`${one}/`)),
      ),
    ),
  );

/** Local files, and stored objects, some of which have the content of these files. */
const situation = fc
  .tuple(tree, objects, fc.array(fc.tuple(fc.nat(), layout, age), { maxLength: 4 }))
  .map(([local, found, alike]) => {
    const there = new Map<string, StoredObject>(found);
    const files = Object.entries(local);
    for (const [index, part, lastModified] of alike) {
      const [one, text] = files[index % Math.max(1, files.length)] ?? [];
      if (one === undefined || text === undefined) continue;
      there.set(`${base}${one}`, { content: text, etag: etagOf(text, part), lastModified });
    }
    return { local, there };
  });

const settings: Pick<Publication, 'overwrite' | 'deleteStale'>[] = (
  ['always', 'changed', 'never'] as const
).flatMap((overwrite) => [true, false].map((deleteStale) => ({ overwrite, deleteStale })));

describe.each(settings)('overwrite: $overwrite, delete-stale: $deleteStale', (setting) => {
  const { overwrite, deleteStale } = setting;

  test('after the plan, the storage contains exactly the expected objects', () => {
    fc.assert(
      fc.property(situation, fc.boolean(), fc.boolean(), ({ local, there }, generated, backwards) => {
        const store = new ModelStore(there);
        const keys = Object.keys(local).map((one) => `${base}${one}`);
        const isAlike = (key: string) => there.get(key)?.etag === etagOf(local[key.slice(base.length)] ?? '');
        const others = keys.filter((key) => there.has(key) && !isAlike(key));
        const run = () => publish(store, { local, ...setting, generated, backwards });

        if (overwrite === 'never' && others.length > 0) {
          const error = failureOf(run);
          expect(error.code).toBe('object-exists');
          expect([...error.details].sort()).toEqual(others.map((key) => `- ${key}`).sort());
          expect([store.written, store.deleted, store.objects]).toEqual([[], [], there]);
          return;
        }
        const unchanged = run();

        for (const [one, text] of Object.entries(local))
          expect([one, store.objects.get(`${base}${one}`)?.content]).toEqual([one, text]);
        const alike = overwrite === 'always' ? [] : keys.filter((key) => there.has(key) && isAlike(key));
        expect([...unchanged].sort()).toEqual([...alike].sort());
        const sums = generated ? [`${base}SHA256SUMS`] : [];
        const toWrite = [...keys.filter((key) => !alike.includes(key)), ...sums];
        expect([...store.written].sort()).toEqual(toWrite.sort());
        const stale = [...there]
          .filter(
            ([key, { lastModified }]) => key.startsWith(base) && key !== base && lastModified < startedAt,
          )
          .map(([key]) => key)
          .filter((key) => !keys.includes(key) && !sums.includes(key));
        expect([...store.deleted].sort()).toEqual(deleteStale ? stale.sort() : []);
        for (const [key, object] of there)
          if (![...store.written, ...store.deleted].includes(key))
            expect([key, store.objects.get(key)]).toEqual([key, object]);
        expect(store.objects.size).toBe(
          new Set([...there.keys(), ...store.written]).size - store.deleted.length,
        );
      }),
      { numRuns: 250 },
    );
  });

  test('pages that lead to other files are written after them, and generated files last', () => {
    fc.assert(
      fc.property(situation, fc.boolean(), ({ local, there }, backwards) => {
        const store = new ModelStore(overwrite === 'never' ? new Map() : there);
        publish(store, { local, ...setting, generated: true, backwards });
        const rank = (key: string) =>
          key === `${base}SHA256SUMS`
            ? 3
            : key === `${base}index.html`
              ? 2
              : key.endsWith('/index.html')
                ? 1
                : 0;
        const ranks = store.written.map(rank);
        expect(ranks).toEqual([...ranks].sort());
      }),
    );
  });

  test('nothing outside of the destination is written or deleted', () => {
    fc.assert(
      fc.property(situation, ({ local, there }) => {
        const store = new ModelStore(there);
        try {
          publish(store, { local, ...setting, generated: true, backwards: false });
        } catch (error) {
          if (!(error instanceof ActionError)) throw error;
        }
        for (const key of [...store.written, ...store.deleted])
          expect(key.startsWith(base) && key.length > base.length).toBe(true);
      }),
    );
  });
});

test('only files whose object has the same size are read for the comparison', () => {
  const plan = planUpload(
    [localFile('same', 3), localFile('longer', 4), localFile('missing', 3), localFile('empty', 0)],
    '',
    'd',
  );
  const remote = new Map(
    [
      ['d/same', 3],
      ['d/longer', 3],
      ['d/empty', 0],
      ['d/other', 3],
    ].map(([key, size]) => [
      String(key),
      { key: String(key), size: Number(size), etag: '', lastModified: 0 },
    ]),
  );
  expect(
    comparable(new Map(plan.puts.map((put) => [put.key, put])), [...remote.values()]).map(
      ({ name: one }) => one,
    ),
  ).toEqual(['same', 'empty']);
});

test('a group without files to write is removed', () => {
  const plan = planUpload([localFile('a'), localFile('index.html')], '', 'd');
  const remote = new Map([['d/a', { key: 'd/a', size: 1, etag: 'e', lastModified: 0 }]]);
  const { groups, unchanged, puts } = planChanges(plan, remote, new Map([['d/a', { etag: 'e' }]]), 'changed');
  expect(groups.map((group) => group.map(({ name: one }) => one))).toEqual([['index.html']]);
  expect(unchanged.map(({ name: one }) => one)).toEqual(['a']);
  expect(puts).toHaveLength(2);
});

test("with 'never', each existing object is named in one line, and the others are counted", () => {
  const names = ['new\nline', ...Array.from({ length: 60 }, (_, index) => `f${index}`)];
  const plan = planUpload(
    names.map((one) => localFile(one)),
    '',
    'd',
  );
  const remote = new Map(plan.puts.map(({ key }) => [key, { key, size: 9, etag: 'x', lastModified: 0 }]));
  const error = failureOf(() => planChanges(plan, remote, new Map(), 'never'));
  expect(error.message).toBe("61 objects already exist with other content, and 'overwrite' is 'never'");
  expect(error.details[0]).toBe('- d/new\\u000aline');
  expect(error.details.at(-1)).toBe('- … and 11 more');
});

test("with 'never', the error says what to do", () => {
  const plan = planUpload([localFile('a')], '', 'd');
  const remote = new Map([['d/a', { key: 'd/a', size: 9, etag: 'x', lastModified: 0 }]]);
  const { message, hint } = failureOf(() => planChanges(plan, remote, new Map(), 'never'));
  expect(message).toBe("1 object already exists with other content, and 'overwrite' is 'never'");
  expect(hint).toBe(
    "Choose another 'destination', or set 'overwrite: changed' to replace them. Nothing was written.",
  );
});
