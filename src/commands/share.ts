import { ActionError } from '../errors/error.ts';
import type { Host } from '../hosts/host.ts';
import type { UploadInputs } from '../config/upload.ts';
import { printable } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import { TerrapiError } from '../terrapi/request.ts';
import type { Destination } from './destination.ts';

/** Whom the destination is to be shared with, in words; undefined for nobody. */
function sharers({ shareWithUsers: users, shareWithGroups: groups }: UploadInputs): string | undefined {
  const parts = [
    ...(users.length > 0 ? [count(users.length, 'user')] : []),
    ...(groups.length > 0 ? [count(groups.length, 'group')] : []),
  ];
  return parts.length > 0 ? parts.join(' and ') : undefined;
}

/** Says whom a dry run would share the destination with. */
export function rehearseSharing(host: Host, inputs: UploadInputs): void {
  const whom = sharers(inputs);
  if (whom) host.log.info(`Would share '${inputs.destination}' with ${whom}`);
}

/**
 * Shares the destination on the platform, where that was asked for.
 * @throws ActionError `sharing`
 */
export async function shareDestination(inputs: UploadInputs, { terrapi, host }: Destination): Promise<void> {
  const whom = sharers(inputs);
  if (!whom) return;
  const { workspace, destination: path, shareWithUsers: users, shareWithGroups: groups } = inputs;
  try {
    await terrapi.share(workspace, { path, users, groups });
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    throw new ActionError(
      'sharing',
      `'${printable(path)}' could not be shared with ${whom}: ${error.message}`,
      {
        hint: hintFor(error, workspace),
        details: [
          ...users.map((name) => `- user ${printable(name)}`),
          ...groups.map((name) => `- group ${printable(name)}`),
        ],
        cause: error,
      },
    );
  }
  host.log.group(`Shared '${path}' with ${whom}`, [
    ...users.map((name) => `User ${name}`),
    ...groups.map((name) => `Group ${name}`),
  ]);
}

function hintFor(error: ActionError, workspace: string): string | undefined {
  const status = error instanceof TerrapiError ? error.status : 0;
  if (status === 403) return `The client app may not share folders of this workspace: ask its owner.`;
  if (status === 404)
    return `The platform shares folders of workspaces, with names that it knows: check 'share-with-users' and 'share-with-groups', and that '${printable(workspace)}' is a workspace and no shared folder.`;
  if (status === 400 || status === 422)
    return `Check the names in 'share-with-users' and 'share-with-groups': one a line, as the platform writes them.`;
  return error.hint;
}
