import { policyDocument } from '../embedded/s3/policy.ts';
import type { OpenSession, SessionCredentials } from '../terrapi/storagepoint.ts';
import { requestToken } from './administration.ts';
import type { Administration } from './administration.ts';
import { ensureSessionClient } from './realm.ts';
import type { ClientCredentials } from './keycloak.ts';

/** MinIO takes no shorter duration; a shorter life comes from the token. */
const leastDuration = 900;

/**
 * Opens storage sessions as the platform does: with a token of its own, so each session has its whole life before it,
 * and cut to the storage point by a policy.
 *
 * @param options.issuer of the realm `master`
 * @param options.secret of the clients that sessions are opened with
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
  // Four elements without attributes, whose text needs no unescaping.
  const element = (name: string): string => {
    const text = new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1];
    if (text === undefined) throw new Error(`MinIO's answer to AssumeRoleWithWebIdentity has no ${name}`);
    return text;
  };
  return {
    accessKey: element('AccessKeyId'),
    secretKey: element('SecretAccessKey'),
    token: element('SessionToken'),
    expiration: new Date(element('Expiration')),
  };
}
