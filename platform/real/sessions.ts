import { policyDocument } from '../embedded/s3/policy.ts';
import type { OpenSession, SessionCredentials } from '../terrapi/storagepoint.ts';
import { requestToken } from './administration.ts';
import type { Administration } from './administration.ts';
import { ensureSessionClient } from './realm.ts';
import type { ClientCredentials } from './keycloak.ts';

/** MinIO's minimum duration. For a shorter lifetime, the token expires earlier. */
const leastDuration = 900;

/**
 * Opens storage sessions like the platform. Each has a new token, so that it has its full lifetime, and a policy that limits it to the
 * storage point.
 *
 * @param options.issuer issuer of the realm `master`
 * @param options.secret secret of the clients that open sessions
 */
export function createSessionOpener(options: {
  readonly administration: Administration;
  readonly issuer: string;
  readonly storageUrl: string;
  readonly secret: string;
}): OpenSession {
  const clients = new Map<number, Promise<ClientCredentials>>();
  const clientFor = (tokenSeconds: number): Promise<ClientCredentials> => {
    const known = clients.get(tokenSeconds);
    if (known !== undefined) return known;
    const made = ensureSessionClient(options.administration, options.secret, tokenSeconds);
    clients.set(tokenSeconds, made);
    return made;
  };
  return async (point, lifeSeconds) => {
    const client = await clientFor(Math.min(lifeSeconds, leastDuration));
    const policy = policyDocument({ bucket: point.bucket, prefix: point.prefix, actions: point.scopes });
    return assumeRole(options.storageUrl, {
      WebIdentityToken: await requestToken(options.issuer, client),
      Policy: JSON.stringify(policy),
      ...(lifeSeconds >= leastDuration && { DurationSeconds: String(lifeSeconds) }),
    });
  };
}

async function assumeRole(
  storageUrl: string,
  parameters: Readonly<Record<string, string>>,
): Promise<SessionCredentials> {
  const response = await fetch(storageUrl, {
    method: 'POST',
    body: new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      ...parameters,
    }),
  });
  const xml = await response.text();
  if (!response.ok) throw new Error(`MinIO answered ${response.status} to AssumeRoleWithWebIdentity: ${xml}`);
  // The elements have no attributes, and their text needs no unescaping.
  const element = (name: string): string => {
    const text = new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1];
    if (text === undefined) throw new Error(`MinIO's response to AssumeRoleWithWebIdentity has no ${name}`);
    return text;
  };
  return {
    accessKey: element('AccessKeyId'),
    secretKey: element('SecretAccessKey'),
    token: element('SessionToken'),
    expiration: new Date(element('Expiration')),
  };
}
