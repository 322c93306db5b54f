import { afterAll, beforeAll } from '@jest/globals';

import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Github } from '../../platform/github/github.ts';
import { startGithub } from '../../platform/github/server.ts';
import type { Platform, PlatformOptions } from '../../platform/platform.ts';
import { type GroupName, type Scale, groupCases } from '../cases/groups.ts';
import type { ReportRuns } from '../cases/reports/reportRuns.ts';
import type { Subject } from '../support/subject.ts';

const scale: Scale = {
  many: { fileCount: 2_000 },
  reading: { largeParts: false },
  publish: { fileCount: 60, largeFile: 40 * 1024 ** 2 },
  renewing: { filesEach: 40 },
  sessions: { sessionSeconds: 4, uploadSeconds: 14 },
  faults: { patient: false },
  downloadFaults: { fileCount: 100, sessionSeconds: undefined },
  downloadTrees: { trees: 1 },
};

/** Runs the source on an embedded platform that the tests of a file share. */
export function onEmbeddedPlatform(options: PlatformOptions = {}): () => Subject {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startEmbeddedPlatform(options);
  });
  afterAll(() => platform.stop());
  return () => ({ platform, entries: 'src/main' });
}

/** Like {@link onEmbeddedPlatform}, with a GitHub stand-in. */
export function besideGithub(): ReportRuns {
  const subject = onEmbeddedPlatform();
  let github: Github;
  beforeAll(async () => {
    github = await startGithub();
  });
  afterAll(() => github.stop());
  return () => ({ ...subject(), github });
}

export function embeddedCases(name: GroupName): void {
  groupCases(name, onEmbeddedPlatform(), scale);
}
