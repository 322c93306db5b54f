/** The part of `@jest/globals` that unit tests use, outside of Jest. `mutationRunner.ts` gives it to them. */
export { jestExpect as expect } from '@jest/expect';
export { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } from 'jest-circus';
