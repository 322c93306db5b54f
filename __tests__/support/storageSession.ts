import { clientApp, workspaces } from '../../platform/catalogue.ts';
import type { Platform } from '../../platform/platform.ts';

/** TerrAPI's answer with a storage session of the workspace `main`. */
export interface SessionAnswer {
  readonly credentials: {
    readonly accessKey: string;
    readonly secretKey: string;
    /** Null for static keys. */
    readonly token: string | null;
  };
  readonly storage: { readonly properties: Readonly<Record<string, string[]>> };
}

/** Requests a session from a platform over plain HTTP, like another client. */
export async function requestSession({
  issuer,
  apiUrl,
}: Pick<Platform, 'issuer' | 'apiUrl'>): Promise<SessionAnswer> {
  const granted = await fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientApp.id,
      client_secret: clientApp.secret,
      scope: 'openid gep',
    }),
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const opened = await fetch(`${apiUrl}/v2/storage/token?storagePointId=${workspaces.main}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return (await opened.json()) as SessionAnswer;
}
