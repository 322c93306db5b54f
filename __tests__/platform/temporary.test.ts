import { afterAll, beforeAll } from '@jest/globals';

import type { Platform } from '../../platform/platform.ts';
import { startRealPlatform } from '../../platform/real/index.ts';
import { temporaryCases } from '../cases/temporary.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startRealPlatform({});
}, 180_000);

afterAll(() => platform.stop());

temporaryCases(() => ({ platform, entries: 'dist' }));
