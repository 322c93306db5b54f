import { afterAll, beforeAll } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { readingCases } from '../cases/reading.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startEmbeddedPlatform({});
}, 180_000);

afterAll(() => platform.stop());

readingCases(() => ({ platform, entries: 'src/main' }));
