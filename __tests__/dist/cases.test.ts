import { afterAll, beforeAll, describe } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { workspacesCases } from '../cases/workspaces.ts';
import { expiryCases } from '../cases/expiry.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
}, 180_000);

afterAll(() => platform.stop());

const subject = () => ({ platform, entries: 'dist' }) as const;

describe('workspaces', () => workspacesCases(subject));
describe('expiry', () => expiryCases(subject, { sessionSeconds: 10 }));
