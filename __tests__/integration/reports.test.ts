import { afterAll, beforeAll } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Github } from '../../platform/github/github.ts';
import { startGithub } from '../../platform/github/server.ts';
import type { Platform } from '../../platform/platform.ts';
import { afterwardsCases, reportCases } from '../cases/reports.ts';

let platform: Platform;
let github: Github;

beforeAll(async () => {
  [platform, github] = await Promise.all([startEmbeddedPlatform(), startGithub()]);
}, 300_000);

afterAll(() => Promise.all([platform.stop(), github.stop()]));

const subject = () => ({ platform, github, entries: 'src/main' }) as const;

reportCases(subject);
afterwardsCases(subject);
