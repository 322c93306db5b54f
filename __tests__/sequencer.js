/** Suites in the order in which they start. */
const suites = ['dist', 'integration', 'platform', 'workflows', 'browser', 'unit'];

/** Starts the long test files first. The many short ones of `unit` come last, so that all processors have work until the end. */
export default class Sequencer {
  sort(tests) {
    const place = ({ context }) => suites.indexOf(context.config.displayName?.name);
    return [...tests].sort((a, b) => place(a) - place(b) || (a.path < b.path ? -1 : 1));
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {
    // The order is the same on each machine: no durations are kept.
  }
}
