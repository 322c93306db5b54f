import { ActionError } from '../errors/error.ts';
import type { Log } from '../hosts/host.ts';
import type { UploadInputs } from '../config/upload.ts';
import { sanitize } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import type { Terrapi } from '../terrapi/client.ts';
import { TerrapiError } from '../terrapi/request.ts';

/** What is shared, and with whom. */
type ShareInputs = Pick<UploadInputs, 'workspace' | 'destination' | 'shareWithUsers' | 'shareWithGroups'>;

/** Whom the destination is to be shared with, in words; undefined for nobody. */
function recipients({ shareWithUsers: users, shareWithGroups: groups }: ShareInputs): string | undefined {
  const parts = [
    ...(users.length > 0 ? [count(users.length, 'user')] : []),
    ...(groups.length > 0 ? [count(groups.length, 'group')] : []),
  ];
  return parts.length > 0 ? parts.join(' and ') : undefined;
}

/** Says whom a dry run would share the destination with. */
export function logSharingDryRun(log: Log, inputs: ShareInputs): void {
  const whom = recipients(inputs);
  if (whom) log.info(`Would share '${inputs.destination}' with ${whom}`);
}

/**
 * Shares the destination on the platform, where that was asked for.
 * @throws ActionError `sharing-failed`
 */
export async function shareFolder(log: Log, inputs: ShareInputs, terrapi: Terrapi): Promise<void> {
  const whom = recipients(inputs);
  if (!whom) return;
  const { workspace, destination: path, shareWithUsers: users, shareWithGroups: groups } = inputs;
  try {
    await terrapi.share(workspace, { path, users, groups });
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    throw new ActionError(
      'sharing-failed',
      `'${sanitize(path)}' could not be shared with ${whom}: ${error.message}`,
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
  log.group(`Shared '${path}' with ${whom}`, [
    ...users.map((name) => `User ${name}`),
    ...groups.map((name) => `Group ${name}`),
  ]);
}

function hintFor(error: ActionError, workspace: string): string | undefined {
  const status = error instanceof TerrapiError ? error.status : 0;
  if (status === 403) return `The client app may not share folders of this workspace: ask its owner.`;
  if (status === 404)
    return `The platform shares folders of workspaces, with names that it knows: check 'share-with-users' and 'share-with-groups', and that '${sanitize(workspace)}' is a workspace and no shared folder.`;
  if (status === 400 || status === 422)
    return `Check the names in 'share-with-users' and 'share-with-groups': one a line, as the platform writes them.`;
  return error.hint;
}
