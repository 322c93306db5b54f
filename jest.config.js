const suite = (name) => ({
  displayName: name,
  testEnvironment: 'node',
  testMatch: [`<rootDir>/__tests__/${name}/**/*.test.ts`],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/__tests__/typescript.js' },
});

export default {
  projects: ['unit', 'integration', 'dist', 'platform', 'workflows'].map(suite),
};
