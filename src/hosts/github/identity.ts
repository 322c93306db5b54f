import type { RequestIdentityToken } from '../host.ts';

/**
 * Where a job can ask for OIDC tokens: the runner gives jobs with `permissions: id-token: write` the address of GitHub's token service, and
 * a token to ask with. Undefined for other jobs. What asking takes is loaded only then.
 * @param mask given every secret before anything else sees it
 */
export function githubIdentity(
  env: Readonly<Record<string, string | undefined>>,
  mask: (secret: string) => void,
): RequestIdentityToken | undefined {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = env;
  if (bearer) mask(bearer);
  if (!url || !bearer) return undefined;
  return async (audience, options) => {
    const { requestToken } = await import('./tokens.ts');
    return requestToken({ url, bearer }, audience, options, mask);
  };
}
