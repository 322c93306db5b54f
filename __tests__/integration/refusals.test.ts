import { afterAll, beforeAll } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { refusalCases } from '../cases/refusals.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
}, 60_000);

afterAll(() => platform.stop());

refusalCases(() => ({ platform, entries: 'src/main' }));
