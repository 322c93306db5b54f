import { afterAll, beforeAll } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { keylessWorkflowCases } from '../cases/keylessWorkflow.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
});

afterAll(() => platform.stop());

keylessWorkflowCases(() => platform);
