import { afterAll, beforeAll } from '@jest/globals';

import { startRealPlatform } from '../../platform/real/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { endingCases } from '../cases/ending.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startRealPlatform({});
}, 180_000);

afterAll(() => platform.stop());

endingCases(() => ({ platform, entries: 'dist' }));
