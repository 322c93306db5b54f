import { randomBytes } from 'node:crypto';
import type { Adapter, AdapterPayload, Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { subjectOf } from './subject.ts';

/** A person who logs in with one click. */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

export interface PeopleOptions {
  readonly person: Person;
  /** Public clients that allow the device grant, and the authorization code grant with PKCE. */
  readonly open: readonly { readonly id: string }[];
  /** Public clients that allow neither. */
  readonly closed: readonly { readonly id: string }[];
}

/** Keycloak's default idle time of a login, in seconds. */
export const idleSeconds = 1800;

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const endpoints = '/protocol/openid-connect';

/**
 * The part of oidc-provider's configuration that lets people log in. Each refresh replaces the refresh token, and a second use of the old
 * one ends the login, like Keycloak's "Revoke Refresh Token".
 *
 * @param scopes all scopes of the issuer
 */
export function peopleConfiguration(
  issuer: string,
  scopes: readonly string[],
  { person, open, closed }: PeopleOptions,
) {
  const client = (id: string, isOpen: boolean) => ({
    client_id: id,
    token_endpoint_auth_method: 'none' as const,
    application_type: 'native' as const,
    grant_types: isOpen ? ['authorization_code', 'refresh_token', deviceGrant] : [],
    redirect_uris: isOpen ? ['http://127.0.0.1/callback'] : [],
    response_types: isOpen ? (['code'] as const).slice() : [],
    scope: scopes.join(' '),
  });
  return {
    adapter: memoryStorage(),
    clients: [...open.map(({ id }) => client(id, true)), ...closed.map(({ id }) => client(id, false))],
    claims: {
      openid: ['sub'],
      profile: ['preferred_username', 'name', 'given_name', 'family_name'],
      email: ['email', 'email_verified'],
    },
    conformIdTokenClaims: false,
    cookies: { keys: [randomBytes(16).toString('hex')] },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ ...claimsOf(person), sub: id }) }),
    interactions: { url: (_ctx, { uid }) => `${new URL(issuer).pathname}/interaction/${uid}` },
    issueRefreshToken: (_ctx, { clientId }) => open.some(({ id }) => id === clientId),
    pkce: { required: () => true },
    renderError: (ctx, { error, error_description: description = error }) => {
      ctx.type = 'html';
      ctx.body = page('We are sorry...', `<p class="instruction">${escape(description)}</p>`);
    },
    rotateRefreshToken: true,
    features: {
      deviceFlow: devicePages,
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, { clientId }, token) => token.clientId === clientId,
      },
    },
    routes: {
      authorization: `${endpoints}/auth`,
      device_authorization: `${endpoints}/auth/device`,
      code_verification: '/device',
      revocation: `${endpoints}/revoke`,
    },
    ttl: {
      RefreshToken: idleSeconds,
      DeviceCode: 600,
      AuthorizationCode: 60,
      Session: 36_000,
      Grant: 36_000,
      IdToken: 300,
      Interaction: 1800,
    },
  } satisfies Configuration;
}

/** The pages of the device grant. */
const devicePages = {
  enabled: true,
  userCodeInputSource: (ctx, form, _out, problem) => {
    const failed = problem ? '<p>This code is not valid.</p>' : '';
    ctx.body = page('Device login', `${failed}${form}${submit('op.deviceInputForm', 'Continue')}`);
  },
  userCodeConfirmSource: (ctx, form, { clientId }, _device, code) => {
    const text = `<p>Log in ${escape(clientId)} with the code <b>${escape(code)}</b>?</p>`;
    ctx.body = page('Device login', `${text}${form}${submit('op.deviceConfirmForm', 'Continue')}`);
  },
  successSource: (ctx) => {
    ctx.body = page('Device login successful', '<p>Close this page, and return to the terminal.</p>');
  },
} satisfies NonNullable<Configuration['features']>['deviceFlow'];

/** Claims of the person, as in Keycloak's tokens. */
export function claimsOf({ name, email, firstName, lastName }: Person) {
  return {
    preferred_username: name,
    name: `${firstName} ${lastName}`,
    given_name: firstName,
    family_name: lastName,
    email,
    email_verified: true,
  };
}

/**
 * Serves the login page: one button logs the person in, another denies the login.
 *
 * @returns whether the request was for this page
 */
export async function serveLoginPage(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  {
    issuer,
    scopes,
    person,
  }: { readonly issuer: string; readonly scopes: readonly string[]; readonly person: Person },
): Promise<boolean> {
  if (!/^\/interaction\/[\w-]+(?:\/(?:allow|deny))?$/.test(ctx.path)) return false;
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  const clientId = String(params['client_id']);
  if (ctx.method !== 'POST') {
    const here = `${new URL(issuer).pathname}${ctx.path}`;
    const button = (way: string, text: string) =>
      `<form method="post" action="${here}/${way}"><button id="${way}">${text}</button></form>`;
    ctx.type = 'html';
    ctx.body = page(
      `Log in to ${escape(clientId)}`,
      `${button('allow', `Log in as ${person.name}`)}${button('deny', 'Cancel')}`,
    );
    return true;
  }
  const accountId = subjectOf(person.name);
  const denied = { error: 'access_denied', error_description: 'User denied the login' };
  const allow = async () => {
    const grant = new provider.Grant({ clientId, accountId });
    grant.addOIDCScope(scopes.join(' '));
    grant.addResourceScope(issuer, scopes.join(' '));
    return { login: { accountId }, consent: { grantId: await grant.save() } };
  };
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, ctx.path.endsWith('/allow') ? await allow() : denied);
  return true;
}

function submit(form: string, text: string): string {
  return `<button type="submit" form="${form}">${text}</button>`;
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Keeps logins, codes and refresh tokens in memory, until the platform stops. */
function memoryStorage(): (model: string) => Adapter {
  const records = new Map<string, AdapterPayload>();
  return (model) => {
    const find = (wanted: (payload: AdapterPayload) => boolean) =>
      Promise.resolve(
        [...records].find(([key, payload]) => key.startsWith(`${model}:`) && wanted(payload))?.[1],
      );
    return {
      upsert: (id, payload) => {
        records.set(`${model}:${id}`, payload);
        return Promise.resolve();
      },
      find: (id) => Promise.resolve(records.get(`${model}:${id}`)),
      findByUserCode: (userCode) => find((payload) => payload.userCode === userCode),
      findByUid: (uid) => find((payload) => payload.uid === uid),
      consume: (id) => {
        Object.assign(records.get(`${model}:${id}`) ?? {}, { consumed: Math.floor(Date.now() / 1000) });
        return Promise.resolve();
      },
      destroy: (id) => {
        records.delete(`${model}:${id}`);
        return Promise.resolve();
      },
      revokeByGrantId: (grantId) => {
        for (const [key, payload] of records) if (payload.grantId === grantId) records.delete(key);
        return Promise.resolve();
      },
    };
  };
}
