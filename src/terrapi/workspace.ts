import { ActionError } from '../errors/error.ts';
import type { Transport } from '../http/transport.ts';
import { nearestFirst } from '../text/nearest.ts';
import { excerpt } from '../text/sanitize.ts';
import type { Terrapi } from './terrapi.ts';
import { type Location, checkUsable, locate } from './location.ts';
import { TerrapiError } from './request.ts';
import { type SessionSource, createSessions } from './session.ts';
import { inputs } from '../text/wording.ts';

export interface Workspace {
  readonly name: string;
  readonly location: Location;
  readonly sessions: SessionSource;
}

/**
 * Finds a workspace or shared folder by its name, and opens a storage session.
 * @param platforms requested platforms, for the message if the name is not found
 * @param mask called with each session's secret key before any other code sees it
 * @throws ActionError `workspace-not-found`, `workspace-denied`, an error of {@link locate}, or an error of TerrAPI
 */
export async function openWorkspace(
  name: string,
  platforms: readonly string[],
  terrapi: Terrapi,
  { clockOf, plainHttp }: Pick<Transport, 'clockOf' | 'plainHttp'>,
  mask: (secret: string) => void,
): Promise<Workspace> {
  const open = async () => {
    const token = await terrapi.storageToken(name);
    mask(token.credentials.secretKey);
    return token;
  };
  const first = await open().catch(async (error: unknown) => {
    throw await explainRefusal(name, platforms, terrapi, error);
  });
  const location = locate(first.storage, plainHttp);
  const sessions = createSessions(first, open, clockOf(location.endpoint));
  return { name, location, sessions };
}

/** Explains why TerrAPI refused the storage session: by the workspace's state, or by the names of the existing workspaces. */
async function explainRefusal(
  name: string,
  platforms: readonly string[],
  terrapi: Terrapi,
  error: unknown,
): Promise<unknown> {
  const isRefusal = error instanceof TerrapiError && [400, 403, 404].includes(error.status);
  if (!isRefusal) return error;
  const point = await terrapi.workspace(name).catch(() => terrapi.sharedFolder(name).catch(() => undefined));
  if (point) checkUsable(point);
  const [workspaces, folders] = await Promise.all([
    terrapi.workspaces(),
    terrapi.sharedFolders().catch(() => []),
  ]);
  const names = [...workspaces, ...folders].map((known) => known.name);
  if (point || names.includes(name)) {
    return new ActionError(
      'workspace-denied',
      `Workspace '${excerpt(name)}' exists, but this client app may not write to it (${error.status})`,
      {
        hint: `Ask the owner of the workspace to grant the client app access.`,
        cause: error,
      },
    );
  }
  return unknownWorkspace(name, names, platforms, error);
}

function unknownWorkspace(
  name: string,
  names: readonly string[],
  platforms: readonly string[],
  cause: unknown,
): ActionError {
  const requested =
    platforms.length > 0
      ? `requested platforms: ${platforms.map((platform) => excerpt(platform)).join(', ')}`
      : 'requested platforms: none';
  const nearest = nearestFirst(name, names);
  if (nearest.length === 0) {
    return new ActionError(
      'workspace-not-found',
      `There is no workspace '${excerpt(name)}': this client app has no workspaces (${requested})`,
      {
        hint: `The platform lists a workspace only with the scope of its platform. Set ${inputs('platforms')}, e.g. to 'gep', or ask for access.`,
        cause,
      },
    );
  }
  return new ActionError(
    'workspace-not-found',
    `There is no workspace '${excerpt(name)}' for this client app (${requested})`,
    {
      hint: `Set ${inputs('workspace')} to one of the names below, nearest first. A workspace of another platform needs that platform in ${inputs('platforms')}.`,
      details: nearest.slice(0, 20).map((known) => `- ${excerpt(known)}`),
      cause,
    },
  );
}
