import { type Answer, type Certificate, type LocalServer, jwt, serve } from '../servers.ts';

export const bearer = 'the-bearer-of-the-job';

/** GitHub's token service on this machine, and the environment of a job that may ask it. */
export interface TokenService extends LocalServer {
  readonly environment: Readonly<Record<string, string>>;
  /** The tokens that it gave by itself, in order. */
  readonly given: string[];
}

/** @param answer another answer than a token; the count begins at 1 */
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

/** What its tokens say beside audience and id. */
export const claims = {
  iss: 'https://tokens.example',
  sub: 'repo:acme@12/site@34:ref:refs/heads/main',
  repository: 'acme/site',
  actor: 'somebody',
};
