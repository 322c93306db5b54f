import { afterAll, beforeAll } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { sessionCases } from '../cases/sessions.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
}, 60_000);

afterAll(() => platform.stop());

sessionCases(() => ({ platform, entries: 'src/main' }), { sessionSeconds: 4, uploadSeconds: 14 });
