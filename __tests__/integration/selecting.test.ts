import { afterAll, beforeAll } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { selectingCases } from '../cases/selecting.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
}, 60_000);

afterAll(() => platform.stop());

selectingCases(() => ({ platform, entries: 'src/main' }));
