import { afterAll, beforeAll } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { keylessCases, keylessFailureCases, keylessRenewalCases } from '../cases/keyless.ts';

/** Tokens end in the middle of what is done with their sessions. */
const lives = { tokenSeconds: 3, sessionSeconds: 4, uploadSeconds: 10 };
let platform: Platform;
let shortLived: Platform;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  shortLived = await startEmbeddedPlatform({ accessTokenSeconds: lives.tokenSeconds });
}, 60_000);

afterAll(() => Promise.all([platform.stop(), shortLived.stop()]));

keylessCases(() => ({ platform, entries: 'src/main' }));
keylessFailureCases(() => ({ platform, entries: 'src/main' }));
keylessRenewalCases(() => ({ platform: shortLived, entries: 'src/main' }), lives);
