import type { IdentityDescription } from './sharedKeycloak.ts';
import type { ClientCredentials } from './keycloak.ts';

/** The part of Keycloak's admin API that the platform uses. */
export interface Administration {
  /**
   * Creates an item unless it exists.
   *
   * @param path relative to `/admin/realms`, e.g. `/master/clients`. Empty for a realm
   * @param name its name below that path. Needed where Keycloak's error for an existing item is the same as for invalid input
   * @throws an error with Keycloak's response, if it rejects the request
   */
  ensure(path: string, representation: object, name?: string): Promise<void>;
}

/** The admin API of a running Keycloak. */
export function createAdministration({ url, administrator }: IdentityDescription): Administration {
  return {
    async ensure(path, representation, name) {
      // A new token each time, because a token has rights only in realms that existed when it was issued.
      const token = await requestToken(`${url}/realms/master`, administrator);
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const there = `${url}/admin/realms${path}`;
      const response = await fetch(there, { method: 'POST', headers, body: JSON.stringify(representation) });
      const answer = await response.text();
      if (response.status === 201 || response.status === 409) return;
      if (name !== undefined && (await fetch(`${there}/${name}`, { headers })).ok) return;
      throw new Error(`Keycloak answered ${response.status} to a POST of "${path}": ${answer}`);
    },
  };
}

/**
 * Requests an access token for a client's service account.
 *
 * @throws an error with Keycloak's response, if it rejects the request
 */
export async function requestToken(issuer: string, client: ClientCredentials): Promise<string> {
  const response = await fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.id,
      client_secret: client.secret,
    }),
  });
  if (!response.ok) {
    throw new Error(`Keycloak answered ${response.status} to ${client.id}: ${await response.text()}`);
  }
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}
