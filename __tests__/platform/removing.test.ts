import { afterAll, beforeAll } from '@jest/globals';

import type { Platform } from '../../platform/platform.ts';
import { startRealPlatform } from '../../platform/real/index.ts';
import { removingCases } from '../cases/removing.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startRealPlatform({});
}, 180_000);

afterAll(() => platform.stop());

removingCases(() => ({ platform, entries: 'dist' }));
