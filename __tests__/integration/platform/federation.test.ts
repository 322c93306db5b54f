import { afterAll, beforeAll } from '@jest/globals';
import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { federationCases } from '../../cases/federation.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await startEmbeddedPlatform();
});
afterAll(() => platform.stop());

federationCases(() => platform);
