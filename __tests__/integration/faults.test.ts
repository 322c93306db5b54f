import { afterAll, beforeAll } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { faultCases } from '../cases/faults.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startEmbeddedPlatform({});
}, 180_000);

afterAll(() => platform.stop());

faultCases(() => ({ platform, entries: 'src/main' }), { patient: false });
