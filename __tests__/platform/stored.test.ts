import { afterAll, beforeAll } from '@jest/globals';

import type { Platform } from '../../platform/platform.ts';
import { startRealPlatform } from '../../platform/real/index.ts';
import { storedCases } from '../cases/stored.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startRealPlatform({});
}, 180_000);

afterAll(() => platform.stop());

storedCases(() => ({ platform, entries: 'dist' }));
