import type { Run } from '../host.ts';

/** The run of a command that no CI system runs: it has no page. */
export const noRun: Run = {
  url: '',
  label: undefined,
  commit: '',
  workflow: undefined,
  commitUrl: () => '',
  pull: undefined,
  origin: undefined,
  isPublic: undefined,
  isForFork: false,
};
