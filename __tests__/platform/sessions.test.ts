import { afterAll, beforeAll } from '@jest/globals';

import type { Platform } from '../../platform/platform.ts';
import { startRealPlatform } from '../../platform/real/index.ts';
import { sessionCases } from '../cases/sessions.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startRealPlatform({});
}, 180_000);

afterAll(() => platform.stop());

sessionCases(() => ({ platform, entries: 'dist' }), { sessionSeconds: 20, uploadSeconds: 120 });
