import { afterAll, beforeAll, describe } from '@jest/globals';

import type { Github } from '../../platform/github/github.ts';
import { startGithub } from '../../platform/github/server.ts';
import type { Platform } from '../../platform/platform.ts';
import { startRealPlatform } from '../../platform/real/index.ts';
import { expiryCases } from '../cases/expiry.ts';
import { federationCases } from '../cases/federation.ts';
import { groupCases, groupNames } from '../cases/groups.ts';
import { keylessRenewalCases } from '../cases/keyless.ts';
import { keylessWorkflowCases } from '../cases/keylessWorkflow.ts';
import { laterReportCases } from '../cases/reports/allReports.ts';
import { failureCases } from '../cases/reports/failures.ts';
import { certificateCases } from '../cases/certificates.ts';

const lives = { tokenSeconds: 25, sessionSeconds: 20, uploadSeconds: 45 };
let platform: Platform;
let shortLived: Platform;
let github: Github;

beforeAll(async () => {
  platform = await startRealPlatform({});
  shortLived = await startRealPlatform({ accessTokenSeconds: lives.tokenSeconds });
  github = await startGithub();
});

afterAll(() => Promise.all([platform.stop(), shortLived.stop(), github.stop()]));

const subject = () => ({ platform, entries: 'dist' }) as const;

describe.each(groupNames)('%s', (name) =>
  groupCases(name, subject, {
    many: { fileCount: 5_000 },
    reading: { largeParts: true },
    publish: { fileCount: 200, largeFile: 300 * 1024 ** 2 },
    renewing: { filesEach: 500 },
    sessions: { sessionSeconds: 20, uploadSeconds: 120 },
    faults: { patient: true },
    downloadFaults: { fileCount: 2_000, sessionSeconds: 20 },
    downloadTrees: { trees: 8 },
  }),
);
describe('expiry', () => expiryCases(subject, { sessionSeconds: 20 }));
describe('federation', () => federationCases(() => platform));
describe('reports', () => {
  laterReportCases(() => ({ ...subject(), github }));
  failureCases(() => ({ ...subject(), github }));
});
describe('without a secret', () => {
  keylessRenewalCases(() => ({ platform: shortLived, entries: 'dist' }), lives);
  keylessWorkflowCases(() => platform);
});
describe('certificates', () => certificateCases('dist', startRealPlatform));
