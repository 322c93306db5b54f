import { afterAll, beforeAll } from '@jest/globals';

import type { Platform } from '../../platform/platform.ts';
import { startRealPlatform } from '../../platform/real/index.ts';
import { publishCases } from '../cases/publish.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startRealPlatform({});
}, 180_000);

afterAll(() => platform.stop());

publishCases(() => ({ platform, entries: 'dist' }), { fileCount: 200, largeFile: 300 * 1024 ** 2 });
