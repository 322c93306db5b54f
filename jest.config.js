import { availableParallelism } from 'node:os';

const suite = (name) => ({
  displayName: name,
  testEnvironment: 'node',
  // Packages that the suites install and copies of this repository are not its modules.
  modulePathIgnorePatterns: ['<rootDir>/.cache/'],
  testMatch: [`<rootDir>/__tests__/${name}/**/*.test.ts`],
  globalSetup: '<rootDir>/__tests__/announce.ts',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/__tests__/typescript.js' },
});

export default {
  // Tests that start processes wait for them half of the time: three more workers than processors keep all processors busy.
  maxWorkers: availableParallelism() + 3,
  testSequencer: '<rootDir>/__tests__/sequencer.js',
  // Only to end what hangs: no test is about time.
  testTimeout: 300_000,
  projects: [
    ...['unit', 'dist', 'workflows', 'browser', 'gitea', 'versitygw', 'windows'].map(suite),
    ...['integration', 'fuzz'].map((name) => ({
      ...suite(name),
      globalSetup: '<rootDir>/__tests__/sourceBundle.ts',
      globalTeardown: '<rootDir>/__tests__/sourceBundleEnd.ts',
    })),
    {
      ...suite('platform'),
      globalSetup: '<rootDir>/platform/real/jest-setup.ts',
      globalTeardown: '<rootDir>/platform/real/jest-teardown.ts',
    },
  ],
};
