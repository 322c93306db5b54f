import {
  clientApp,
  closedApp,
  keylessApps,
  outsiderApp,
  person,
  platformScope,
  publicApp,
} from '../catalogue.ts';
import type { Authority } from '../tokens/authority.ts';
import { subjectOf } from '../tokens/job.ts';
import type { Administration } from './administration.ts';
import type { ClientCredentials } from './keycloak.ts';
import template from './realm.json' with { type: 'json' };

/** Keycloak's initial realm, which TerrAPI uses too. */
const mainRealm = 'master';
const usualTokenSeconds = 3600;

/**
 * Creates a realm for the client apps, whose access tokens have a lifetime of `accessTokenSeconds`. Each lifetime has its own realm, so that
 * suites with different lifetimes can share one Keycloak.
 *
 * @param authority issuer of the identity tokens for the client apps without a secret
 * @returns the name of the realm: `master` for the default of 3600 s
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
    publicClientOf(publicApp.id, template.publicClient, accessTokenSeconds),
    publicClientOf(closedApp.id, template.closedClient, accessTokenSeconds),
  ];
  for (const client of clients) {
    const optionalClientScopes = [...client.optionalClientScopes, platformScope];
    await administration.ensure(`/${realm}/clients`, { ...client, optionalClientScopes });
  }
  await administration.ensure(`/${realm}/users`, account);
  return realm;
}

/**
 * Creates the client that opens storage sessions, in the realm `master`. Its tokens contain the name of MinIO's policy, those of client apps
 * do not. A session without a duration lives as long as its token, so each lifetime needs its own client.
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
    // All claims become part of the session token, and of every presigned URL.
    defaultClientScopes: ['basic'],
    protocolMappers: [...client.protocolMappers, template.storagePolicy],
  });
  return credentials;
}

/** An identity provider that accepts the authority's tokens as client assertions. */
function identityProviderOf({ issuer, jwksUrl }: Authority) {
  const { config, ...provider } = template.identityProvider;
  // Keycloak requires these two URLs, but does not use them here.
  const unused = { authorizationUrl: `${issuer}/unused`, tokenUrl: `${issuer}/unused` };
  return { ...provider, config: { ...config, issuer, jwksUrl, ...unused } };
}

/** A client that logs in with the provider's identity tokens of exactly this subject. */
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

/** The account of the person. Keycloak asks for missing parts of a profile at the first login. */
const account = {
  username: person.name,
  email: person.email,
  emailVerified: true,
  firstName: person.firstName,
  lastName: person.lastName,
  enabled: true,
  credentials: [{ type: 'password', value: person.password, temporary: false }],
};

/** A client without a secret, for people. */
function publicClientOf(id: string, settings: object, tokenSeconds: number) {
  const client = { ...template.client, ...settings };
  return {
    ...client,
    clientId: id,
    attributes: { ...client.attributes, 'access.token.lifespan': String(tokenSeconds) },
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
