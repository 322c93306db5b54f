import { afterAll, beforeAll } from '@jest/globals';

import type { Platform } from '../../platform/platform.ts';
import { startRealPlatform } from '../../platform/real/index.ts';
import { keylessCases, keylessFailureCases, keylessRenewalCases } from '../cases/keyless.ts';
import { keylessWorkflowCases } from '../cases/keylessWorkflow.ts';

const lives = { tokenSeconds: 25, sessionSeconds: 20, uploadSeconds: 45 };
let platform: Platform;
let shortLived: Platform;

beforeAll(async () => {
  platform = await startRealPlatform({});
  shortLived = await startRealPlatform({ accessTokenSeconds: lives.tokenSeconds });
}, 180_000);

afterAll(() => Promise.all([platform.stop(), shortLived.stop()]));

keylessCases(() => ({ platform, entries: 'dist' }));
keylessFailureCases(() => ({ platform, entries: 'dist' }));
keylessRenewalCases(() => ({ platform: shortLived, entries: 'dist' }), lives);
keylessWorkflowCases(() => platform);
