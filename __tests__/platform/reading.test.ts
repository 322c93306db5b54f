import { afterAll, beforeAll } from '@jest/globals';

import { startRealPlatform } from '../../platform/real/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { readingCases } from '../cases/reading.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startRealPlatform({});
}, 180_000);

afterAll(() => platform.stop());

readingCases(() => ({ platform, entries: 'dist' }));
