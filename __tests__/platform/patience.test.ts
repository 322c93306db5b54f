import { afterAll, beforeAll } from '@jest/globals';

import { startRealPlatform } from '../../platform/real/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { patienceCases } from '../cases/patience.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startRealPlatform({});
}, 180_000);

afterAll(() => platform.stop());

patienceCases(() => ({ platform, entries: 'dist' }));
