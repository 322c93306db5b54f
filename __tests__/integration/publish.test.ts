import { afterAll, beforeAll } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { publishCases } from '../cases/publish.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
}, 60_000);

afterAll(() => platform.stop());

publishCases(() => ({ platform, entries: 'src/main' }), { fileCount: 60, largeFile: 40 * 1024 ** 2 });
