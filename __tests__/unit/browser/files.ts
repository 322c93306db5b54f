import { type Files, filesOf } from '../../../browser/index/files.ts';
import type { Contents } from '../../../src/links/contents.ts';

/** What a page carries that lists these paths; sizes and ages are by the place of a path, unless they are given. */
export function contentsOf(names: readonly string[], more: Partial<Contents> = {}): Contents {
  return {
    workspace: 'my-workspace',
    destination: 'site',
    s3Uri: 's3://bucket/ci/site/',
    madeAt: 1_000_000_000_000,
    run: null,
    signedBy: 'session',
    endsAt: 1_000_000_900_000,
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
    ...more,
  };
}

export function filesNamed(names: readonly string[], more: Partial<Contents> = {}): Files {
  return filesOf(contentsOf(names, more));
}
