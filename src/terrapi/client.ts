import * as v from 'valibot';

import type { TokenSource } from '../auth/tokens.ts';
import type { RetryOptions } from '../http/retry.ts';
import type { Transport } from '../http/transport.ts';
import {
  type SelfInfo,
  type StoragePoint,
  type StorageToken,
  principal,
  selfInfo,
  storagePoint,
  storageToken,
} from './answers.ts';
import { linkIn } from './download.ts';
import { type Ask, createSender, parsed } from './request.ts';

/** The calls of TerrAPI core that this action makes; names are those of workspaces and shared folders. */
export interface Terrapi {
  readonly url: URL;
  /** Account name behind the token. */
  accountName(how?: Pick<Ask, 'signal' | 'once'>): Promise<string>;
  workspaces(): Promise<SelfInfo[]>;
  sharedFolders(): Promise<SelfInfo[]>;
  workspace(name: string): Promise<StoragePoint>;
  sharedFolder(name: string): Promise<StoragePoint>;
  /** Opens a storage session. */
  storageToken(storagePointName: string): Promise<StorageToken>;
  /**
   * Has the platform sign a link by its own policy.
   * @param object URL of the object, `s3:` or `https:`
   * @returns what the platform answered: the link, or the object's URL as it was given
   * @throws TerrapiError also where the answer holds no URL, or several
   */
  downloadLink(object: string, signal: AbortSignal): Promise<string>;
  /** Shares a folder of a workspace. */
  share(workspaceName: string, sharing: Sharing): Promise<void>;
}

/** With whom a folder is shared, by their names on the platform. */
export interface Sharing {
  /** Folder below the workspace's prefix. */
  readonly path: string;
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/**
 * A client of TerrAPI core. Every answer is checked against its schema.
 * @param url base URL, e.g. `https://api.terradue.com/core`
 */
export function createTerrapi(
  url: URL,
  tokens: TokenSource,
  transport: Transport,
  userAgent: string,
  retries: RetryOptions = {},
): Terrapi {
  const send = createSender(url, tokens, transport, userAgent, retries);
  const get = async <S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>> =>
    parsed(await send({ method: 'GET', path }), schema);
  const name = encodeURIComponent;
  return {
    url,
    accountName: async (how) =>
      parsed(await send({ method: 'GET', path: 'v2/user/info', ...how }), principal).name,
    workspaces: () => get('v2/storage/workspaces', v.array(selfInfo)),
    sharedFolders: () => get('v2/storage/sharedfolders', v.array(selfInfo)),
    workspace: (id) => get(`v2/storage/workspaces/${name(id)}`, storagePoint),
    sharedFolder: (id) => get(`v2/storage/sharedfolders/${name(id)}`, storagePoint),
    storageToken: (id) => get(`v2/storage/token?storagePointId=${name(id)}`, storageToken),
    downloadLink: async (object, signal) => {
      const path = `v2/storage/download?url=${name(object)}&redirect=false`;
      const answer = await send({ method: 'POST', path, takesRedirect: true, signal });
      return linkIn(answer, object);
    },
    share: async (id, { path, users, groups }) => {
      const content = {
        type: 'application/json; x-api-version=2',
        body: JSON.stringify({ path, users, groups }),
      };
      await send({ method: 'POST', path: `v2/storage/workspaces/${name(id)}/share`, content });
    },
  };
}
