import { type Files, filesOf } from '../../../browser/index/files.ts';
import type { IndexPageData } from '../../../src/links/indexPageData.ts';

/** The data of an index page with these paths. By default, sizes and ages depend on the index of a path. */
export function contentsOf(names: readonly string[], more: Partial<IndexPageData> = {}): IndexPageData {
  return {
    title: 'Pages: d',
    workspace: 'my-workspace',
    destination: 'site',
    s3Uri: 's3://bucket/ci/site/',
    madeAt: 1_000_000_000_000,
    run: null,
    signedBy: 'session',
    expiresAt: 1_000_000_900_000,
    links: {
      base: 'https://s3.example/b/',
      query: 'X-Amz-Signature=',
      rest: names.map((_, index) => String(index)),
    },
    names,
    sizes: names.map((_, index) => index),
    types: names.map(() => 0),
    mediaTypes: ['text/plain; charset=utf-8'],
    ages: names.map((_, index) => index),
    sums: [],
    prints: '',
    checksums: null,
    changes: null,
    ...more,
  };
}

export function filesNamed(names: readonly string[], more: Partial<IndexPageData> = {}): Files {
  return filesOf(contentsOf(names, more));
}
