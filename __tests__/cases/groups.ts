import { describe } from '@jest/globals';

import type { Subject } from '../support/subject.ts';
import { automaticInputCases } from './automaticInputs.ts';
import { cancellationCases } from './cancellation.ts';
import { commandCases } from './command.ts';
import { type DownloadFaultScale, downloadFaultCases } from './downloadFaults.ts';
import { downloadTreeCases } from './downloadTrees.ts';
import { downloadingCases } from './downloading.ts';
import { faultCases } from './faults.ts';
import { keylessCases, keylessFailureCases } from './keyless.ts';
import { githubLimitCases } from './githubLimits.ts';
import { overwritingCases } from './overwriting.ts';
import { generatedNameCases } from './generatedNames.ts';
import { transientErrorCases } from './transientErrors.ts';
import { platformLinkCases } from './platformLinks.ts';
import { proxyCases } from './proxies.ts';
import { publishCases } from './publish.ts';
import { readingFileCases } from './readingFiles.ts';
import { removingCases } from './removing.ts';
import { renewingLinkCases } from './renewingLinks.ts';
import { selectingCases } from './selecting.ts';
import { sessionCases } from './sessions.ts';
import { storageResponseCases } from './storageResponses.ts';
import { temporaryFileCases } from './temporaryFiles.ts';
import { untrustedTextCases } from './untrustedText.ts';
import { userErrorCases } from './userErrors.ts';
import { workspacesCases } from './workspaces.ts';

/** Sizes and times of the cases. On the real platform, there are more files and sessions last longer. */
export interface Scale {
  readonly many: Parameters<typeof githubLimitCases>[1];
  readonly reading: Parameters<typeof readingFileCases>[1];
  readonly publish: Parameters<typeof publishCases>[1];
  readonly renewing: Parameters<typeof renewingLinkCases>[1];
  readonly sessions: Parameters<typeof sessionCases>[1];
  readonly downloadFaults: DownloadFaultScale;
  readonly downloadTrees: Parameters<typeof downloadTreeCases>[1];
  readonly faults: Parameters<typeof faultCases>[1];
}

type Cases = (subject: () => Subject, scale: Scale) => void;

/** All cases that need a platform and an action. A group without a file in `integration/` runs on the real platform only, to keep `npm test` short. */
const groups = {
  files: {
    selecting: selectingCases,
    reading: (subject, { reading }) => readingFileCases(subject, reading),
    generatedNames: generatedNameCases,
    temporary: temporaryFileCases,
    many: (subject, { many }) => githubLimitCases(subject, many),
  },
  publishing: { publish: (subject, { publish }) => publishCases(subject, publish) },
  overwriting: { overwriting: overwritingCases },
  links: { platformLinks: platformLinkCases, automatic: automaticInputCases },
  storage: { faults: (subject, { faults }) => faultCases(subject, faults) },
  storageResponses: { storageResponses: storageResponseCases },
  downloading: { downloading: downloadingCases },
  downloadFaults: {
    faults: (subject, { downloadFaults }) => downloadFaultCases(subject, downloadFaults),
    trees: (subject, { downloadTrees }) => downloadTreeCases(subject, downloadTrees),
  },
  removing: {
    removing: (subject) => removingCases(subject),
    renewing: (subject, { renewing }) => renewingLinkCases(subject, renewing),
  },
  // These wait most of the time.
  interruptions: {
    sessions: (subject, { sessions }) => sessionCases(subject, sessions),
    cancellation: cancellationCases,
    transientErrors: transientErrorCases,
  },
  messages: { untrustedText: untrustedTextCases, userErrors: userErrorCases, proxies: proxyCases },
  command: { command: commandCases },
  identity: { keyless: keylessCases, keylessFailures: keylessFailureCases, workspaces: workspacesCases },
} satisfies Record<string, Record<string, Cases>>;

export type GroupName = keyof typeof groups;

export const groupNames = Object.keys(groups) as GroupName[];

/** Defines the tests of a group. */
export function groupCases(name: GroupName, subject: () => Subject, scale: Scale): void {
  const group: Readonly<Record<string, Cases>> = groups[name];
  describe.each(Object.entries(group))('%s', (_, cases) => cases(subject, scale));
}
