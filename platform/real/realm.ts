import { clientApp, keylessApps, outsiderApp, platformScope } from '../catalogue.ts';
import type { Authority } from '../tokens/authority.ts';
import { subjectOf } from '../tokens/job.ts';
import type { Administration } from './administration.ts';
import type { ClientCredentials } from './keycloak.ts';
import template from './realm.json' with { type: 'json' };

/** The realm that exists from the start, like the platform's own. */
const mainRealm = 'master';
const usualTokenSeconds = 3600;

/**
 * Gives the client apps a realm in which their access tokens live for `accessTokenSeconds`. Each life has a realm of
 * its own, so that suites with different wishes can share one Keycloak.
 *
 * @param authority whose identity tokens log in the client apps without a secret
 * @returns the name of the realm: `master` for the usual 3600 s
 */
export async function ensureRealm(
  administration: Administration,
  authority: Authority,
  accessTokenSeconds: number = usualTokenSeconds,
): Promise<string> {
  const usual = accessTokenSeconds === usualTokenSeconds;
  const realm = usual ? mainRealm : `tokens-of-${accessTokenSeconds}s`;
  if (!usual) await administration.ensure('', { realm, enabled: true });
  await administration.ensure(`/${realm}/client-scopes`, { ...template.clientScope, name: platformScope });
  await administration.ensure(
    `/${realm}/identity-provider/instances`,
    identityProviderOf(authority),
    template.identityProvider.alias,
  );
  const clients = [
    ...[clientApp, outsiderApp].map((app) => clientOf(app, accessTokenSeconds)),
    ...Object.values(keylessApps).map(({ id, job }) =>
      keylessClientOf(id, subjectOf(job), accessTokenSeconds),
    ),
  ];
  for (const client of clients) {
    const optionalClientScopes = [...client.optionalClientScopes, platformScope];
    await administration.ensure(`/${realm}/clients`, { ...client, optionalClientScopes });
  }
  return realm;
}

/**
 * Makes sure of the client with whose tokens storage sessions are opened, in the realm `master`. Its tokens hold the
 * name of MinIO's policy, which those of client apps do not. A session without a duration of its own lives as long as
 * the token, hence a client for each life.
 *
 * @param secret the secret of all these clients
 */
export async function ensureSessionClient(
  administration: Administration,
  secret: string,
  tokenSeconds: number,
): Promise<ClientCredentials> {
  const credentials = { id: `terrapi-sessions-of-${tokenSeconds}s`, secret };
  const client = clientOf(credentials, tokenSeconds);
  await administration.ensure(`/${mainRealm}/clients`, {
    ...client,
    // All that the token says becomes part of the session's token, and so of every signed URL.
    defaultClientScopes: ['basic'],
    protocolMappers: [...client.protocolMappers, template.storagePolicy],
  });
  return credentials;
}

/** Takes the tokens of an authority as client assertions. */
function identityProviderOf({ issuer, jwksUrl }: Authority) {
  const { config, ...provider } = template.identityProvider;
  // The form for administrators wants these two; nobody logs in by them.
  const unused = { authorizationUrl: `${issuer}/unused`, tokenUrl: `${issuer}/unused` };
  return { ...provider, config: { ...config, issuer, jwksUrl, ...unused } };
}

/** A client that logs in by identity tokens of the provider with exactly this subject. */
function keylessClientOf(id: string, subject: string, tokenSeconds: number) {
  const client = { ...template.client, ...template.keylessClient };
  return {
    ...client,
    clientId: id,
    attributes: {
      ...template.client.attributes,
      ...template.keylessClient.attributes,
      'jwt.credential.sub': subject,
      'access.token.lifespan': String(tokenSeconds),
    },
  };
}

function clientOf({ id, secret }: ClientCredentials, tokenSeconds: number) {
  return {
    ...template.client,
    clientId: id,
    secret,
    attributes: { ...template.client.attributes, 'access.token.lifespan': String(tokenSeconds) },
  };
}
