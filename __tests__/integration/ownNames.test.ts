import { afterAll, beforeAll } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { ownNamesCases } from '../cases/ownNames.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
}, 60_000);

afterAll(() => platform.stop());

ownNamesCases(() => ({ platform, entries: 'src/main' }));
