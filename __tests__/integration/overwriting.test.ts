import { afterAll, beforeAll } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { overwritingCases } from '../cases/overwriting.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startEmbeddedPlatform({});
}, 180_000);

afterAll(() => platform.stop());

overwritingCases(() => ({ platform, entries: 'src/main' }));
