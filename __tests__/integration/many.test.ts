import { afterAll, beforeAll } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { manyCases } from '../cases/many.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
}, 60_000);

afterAll(() => platform.stop());

manyCases(() => ({ platform, entries: 'src/main' }), { fileCount: 5_000 });
