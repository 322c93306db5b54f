import { afterAll, beforeAll } from '@jest/globals';

import { startRealPlatform } from '../../platform/real/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { faultCases } from '../cases/faults.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startRealPlatform({});
}, 180_000);

afterAll(() => platform.stop());

faultCases(() => ({ platform, entries: 'dist' }), { patient: true });
