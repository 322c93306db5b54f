import type { IdentityDescription } from './identity.ts';
import type { ClientCredentials } from './keycloak.ts';

/** What is wanted of Keycloak's API for administrators. */
export interface Administration {
  /**
   * Creates something unless it exists.
   *
   * @param path below `/admin/realms`, e.g. `/master/clients`; empty for a realm
   * @param name its name below that path, where Keycloak does not tell in other words than those for a mistake that it exists
   * @throws when Keycloak refuses, with its answer
   */
  ensure(path: string, representation: object, name?: string): Promise<void>;
}

/** The administrator's API of a running Keycloak. */
export function createAdministration({ url, administrator }: IdentityDescription): Administration {
  return {
    async ensure(path, representation, name) {
      // A new token each time: it holds the rights in the realms that existed when it was made.
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
 * An access token of a client's own service account.
 *
 * @throws when Keycloak refuses, with its answer
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
