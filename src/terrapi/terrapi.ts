import * as v from 'valibot';

import type { TokenSource } from '../auth/tokenSource.ts';
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
} from './schemas.ts';
import { linkIn } from './downloadLink.ts';
import { type TerrapiRequest, createSender, parseResponse } from './request.ts';

/** The calls to TerrAPI core that this action makes. */
export interface Terrapi {
  readonly url: URL;
  /** Name of the token's account. */
  accountName(how?: Pick<TerrapiRequest, 'signal' | 'once'>): Promise<string>;
  workspaces(): Promise<SelfInfo[]>;
  sharedFolders(): Promise<SelfInfo[]>;
  workspace(name: string): Promise<StoragePoint>;
  sharedFolder(name: string): Promise<StoragePoint>;
  /** Opens a storage session. */
  storageToken(storagePointName: string): Promise<StorageToken>;
  /**
   * Requests a presigned URL from the platform.
   * @param object URL of the object, `s3:` or `https:`
   * @returns the presigned URL, or `object` if the platform returns that
   * @throws TerrapiError also if the response contains no URL, or several
   */
  downloadLink(object: string, signal: AbortSignal): Promise<string>;
  /** Shares a folder of a workspace. */
  share(workspaceName: string, sharing: Sharing): Promise<void>;
}

/** A folder, and the names of users and groups that it is shared with. */
export interface Sharing {
  /** Folder below the workspace's prefix. */
  readonly path: string;
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/**
 * A client of TerrAPI core. It checks every response against its schema.
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
    parseResponse(await send({ method: 'GET', path }), schema);
  const name = encodeURIComponent;
  return {
    url,
    accountName: async (how) =>
      parseResponse(await send({ method: 'GET', path: 'v2/user/info', ...how }), principal).name,
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
