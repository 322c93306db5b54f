import { afterAll, beforeAll } from '@jest/globals';

import type { Github } from '../../platform/github/github.ts';
import { startGithub } from '../../platform/github/server.ts';
import type { Platform } from '../../platform/platform.ts';
import { startRealPlatform } from '../../platform/real/index.ts';
import { afterwardsCases } from '../cases/reports.ts';

let platform: Platform;
let github: Github;

beforeAll(async () => {
  [platform, github] = await Promise.all([startRealPlatform({}), startGithub()]);
}, 300_000);

afterAll(() => Promise.all([platform.stop(), github.stop()]));

afterwardsCases(() => ({ platform, github, entries: 'dist' }));
