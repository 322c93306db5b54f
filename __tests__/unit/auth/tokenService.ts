import { type Answer, type Certificate, type LocalServer, jwt, serve } from '../servers.ts';

export const bearer = 'the-bearer-of-the-job';

/** A stand-in for GitHub's token service, and the environment of a job that may request tokens. */
export interface TokenService extends LocalServer {
  readonly environment: Readonly<Record<string, string>>;
  /** The tokens that it issued, in order. */
  readonly given: string[];
}

/** @param answer a response, or `token` for a response with a token; `count` starts at 1 */
export async function serveTokens(
  answer: (count: number, token: string) => Answer | undefined | 'token' = () => 'token',
  certificate?: Certificate,
): Promise<TokenService> {
  const given: string[] = [];
  const server = await serve(({ path }, count) => {
    const audience = new URL(path, 'http://service').searchParams.get('audience');
    const token = jwt({ ...claims, aud: audience, jti: String(count) });
    const other = answer(count, token);
    if (other !== 'token') return other;
    given.push(token);
    return { body: { count: 1, value: token } };
  }, certificate);
  return {
    ...server,
    given,
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${server.url}/idtoken?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
    },
  };
}

/** The claims of its tokens, besides audience and ID. */
export const claims = {
  iss: 'https://tokens.example',
  sub: 'repo:acme@12/site@34:ref:refs/heads/main',
  repository: 'acme/site',
  actor: 'somebody',
};
