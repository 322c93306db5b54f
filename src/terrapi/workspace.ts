import { ActionError } from '../errors/error.ts';
import type { Transport } from '../http/transport.ts';
import { nearestFirst } from '../text/nearest.ts';
import { excerpt } from '../text/sanitize.ts';
import type { Terrapi } from './client.ts';
import { type Location, checkUsable, locate } from './location.ts';
import { TerrapiError } from './request.ts';
import { type SessionSource, createSessions } from './session.ts';

export interface Workspace {
  readonly name: string;
  readonly location: Location;
  readonly sessions: SessionSource;
}

/**
 * Finds a workspace or shared folder by its name. Its first storage session is read when it is asked for: whether it has ended is told by
 * the storage's clock, which an answer of the storage sets.
 * @param platforms the platforms whose scopes were asked for, for the message when the name is not found
 * @param mask told each session's secret key before anything else sees it
 * @throws ActionError `workspace-…` when there is none of that name or it cannot be used, `storage-session`, or what TerrAPI throws
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
    throw await explain(name, platforms, terrapi, error);
  });
  const location = locate(first.storage, plainHttp);
  const sessions = createSessions(first, open, clockOf(location.endpoint));
  return { name, location, sessions };
}

/** Why the storage token was refused: what the workspace says of itself, or which names there are. */
async function explain(
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
      `Workspace '${excerpt(name)}' is there, but this client app may not store in it (${error.status})`,
      {
        hint: `Ask the owner of the workspace to give the client app access to it.`,
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
  const asked =
    platforms.length > 0
      ? `platforms asked for: ${platforms.map((platform) => excerpt(platform)).join(', ')}`
      : 'no platforms were asked for';
  const nearest = nearestFirst(name, names);
  if (nearest.length === 0) {
    return new ActionError(
      'workspace-not-found',
      `There is no workspace '${excerpt(name)}': this client app has no workspace at all (${asked})`,
      {
        hint: `Workspaces are listed only with the scope of their platform: set input 'platforms', e.g. 'gep', or ask for access.`,
        cause,
      },
    );
  }
  return new ActionError(
    'workspace-not-found',
    `There is no workspace '${excerpt(name)}' for this client app (${asked})`,
    {
      hint: `Set input 'workspace' to one of those below, nearest first; a workspace of another platform needs that platform in 'platforms'.`,
      details: nearest.slice(0, 20).map((known) => `- ${excerpt(known)}`),
      cause,
    },
  );
}
