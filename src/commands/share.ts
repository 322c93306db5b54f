import { ActionError } from '../errors/error.ts';
import type { Log } from '../hosts/host.ts';
import type { UploadInputs } from '../config/upload.ts';
import { sanitize } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import type { Terrapi } from '../terrapi/terrapi.ts';
import { TerrapiError } from '../terrapi/request.ts';
import { setting } from '../text/wording.ts';

type ShareInputs = Pick<UploadInputs, 'workspace' | 'destination' | 'shareWithUsers' | 'shareWithGroups'>;

/** How many users and groups the destination is shared with, in words; undefined for none. */
function recipients({ shareWithUsers: users, shareWithGroups: groups }: ShareInputs): string | undefined {
  const parts = [
    ...(users.length > 0 ? [count(users.length, 'user')] : []),
    ...(groups.length > 0 ? [count(groups.length, 'group')] : []),
  ];
  return parts.length > 0 ? parts.join(' and ') : undefined;
}

/** Logs with whom the destination would be shared. */
export function logSharingDryRun(log: Log, inputs: ShareInputs): void {
  const sharedWith = recipients(inputs);
  if (sharedWith) log.info(`Would share '${inputs.destination}' with ${sharedWith}`);
}

/**
 * Shares the destination on the platform, if the inputs ask for it.
 * @throws ActionError `sharing-failed`
 */
export async function shareFolder(log: Log, inputs: ShareInputs, terrapi: Terrapi): Promise<void> {
  const sharedWith = recipients(inputs);
  if (!sharedWith) return;
  const { workspace, destination: path, shareWithUsers: users, shareWithGroups: groups } = inputs;
  try {
    await terrapi.share(workspace, { path, users, groups });
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    throw new ActionError(
      'sharing-failed',
      `'${sanitize(path)}' could not be shared with ${sharedWith}: ${error.message}`,
      {
        hint: hintFor(error, workspace),
        details: [
          ...users.map((name) => `- user ${sanitize(name)}`),
          ...groups.map((name) => `- group ${sanitize(name)}`),
        ],
        cause: error,
      },
    );
  }
  log.group(`Shared '${path}' with ${sharedWith}`, [
    ...users.map((name) => `User ${name}`),
    ...groups.map((name) => `Group ${name}`),
  ]);
}

function hintFor(error: ActionError, workspace: string): string | undefined {
  const status = error instanceof TerrapiError ? error.status : 0;
  if (status === 403) return `Ask the owner of the workspace to let the client app share its folders.`;
  if (status === 404)
    return `Check the names in ${setting('share-with-users')} and ${setting('share-with-groups')}, and that '${sanitize(workspace)}' is a workspace: folders of a shared folder cannot be shared.`;
  if (status === 400 || status === 422)
    return `Check the names in ${setting('share-with-users')} and ${setting('share-with-groups')}: one a line, spelled as on the platform.`;
  return error.hint;
}
