import type { RequestIdentityToken } from '../host.ts';
import type { Forge } from './forge.ts';

/**
 * Requests OIDC tokens from GitHub (GitHub, "OpenID Connect reference") or Forgejo (Forgejo, "Security OpenID Connect"). Only jobs with
 * `permissions: id-token: write`, on Forgejo `enable-openid-connect: true`, have the variables for it; undefined for other jobs. The code for
 * the request is loaded only if it is needed.
 * @param mask called with every secret before any other code sees it
 */
export function githubIdentity(
  env: Readonly<Record<string, string | undefined>>,
  forge: Forge['name'],
  mask: (secret: string) => void,
): RequestIdentityToken | undefined {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = env;
  if (bearer) mask(bearer);
  if (!url || !bearer) return undefined;
  return async (audience, options) => {
    const { requestToken } = await import('./identityToken.ts');
    return requestToken({ forge, url, bearer }, audience, options, mask);
  };
}
