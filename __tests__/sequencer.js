/** Suites in the order in which they start. */
const suites = ['dist', 'integration', 'platform', 'workflows', 'browser', 'unit'];

/** Test files that take longest, mostly because they wait. */
const longest = [
  'integration/interruptions',
  'integration/reports',
  'integration/comments',
  'integration/removing',
  'integration/publishing',
  'integration/storage',
  'unit/transfer/hasher',
  'unit/transfer/engine',
];

/** Starts the long test files first. The many short ones of `unit` come last, so that all processors have work until the end. */
export default class Sequencer {
  sort(tests) {
    const place = ({ context }) => suites.indexOf(context.config.displayName?.name);
    const isLong = ({ path }) => longest.some((name) => path.endsWith(`/${name}.test.ts`));
    return [...tests].sort(
      (a, b) => isLong(b) - isLong(a) || place(a) - place(b) || (a.path < b.path ? -1 : 1),
    );
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {
    // The order is the same on each machine: no durations are kept.
  }
}
