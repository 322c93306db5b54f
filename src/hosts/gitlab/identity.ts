import { jwtClaims } from '../../auth/jwt.ts';
import { ActionError } from '../../errors/error.ts';
import { excerpt } from '../../text/sanitize.ts';
import type { RequestIdentityToken } from '../host.ts';

/** The first variable for an OIDC token. The others end in `_2`, `_3` and so on. */
export const firstTokenVariable = 'TERRAPI_ID_TOKEN';

interface Variable {
  readonly name: string;
  readonly token: string;
}

/** The variables of a job with OIDC tokens, in the order of their numbers. */
export function tokenVariables(env: Readonly<Record<string, string | undefined>>): Variable[] {
  const numbered = Object.entries(env).flatMap(([name, token = '']) => {
    const [found, number = '1'] = /^TERRAPI_ID_TOKEN(?:_([2-9]|[1-9]\d))?$/.exec(name) ?? [];
    return found === undefined || token.trim() === ''
      ? []
      : [{ name, token: token.trim(), number: Number(number) }];
  });
  return numbered.sort((a, b) => a.number - b.number).map(({ name, token }) => ({ name, token }));
}

/**
 * Hands out the tokens of `id_tokens:` (GitLab, "ID token authentication"). GitLab creates each of them once, when the job starts, and an
 * issuer may accept each only once. So every login takes the next variable. After the last one it starts again with the first: the issuer
 * may not have seen it, or may accept it again.
 * @returns undefined if the job has none
 */
export function gitlabIdentity(variables: readonly Variable[]): RequestIdentityToken | undefined {
  if (variables.length === 0) return undefined;
  let logins = 0;
  return async (audience) => {
    const variable = variables[logins % variables.length];
    logins += 1;
    if (variable) checkAudience(variable, audience);
    return Promise.resolve(variable?.token ?? '');
  };
}

/** @throws ActionError if the token is for another audience, which the issuer would reject with less detail */
function checkAudience({ name, token }: Variable, audience: string): void {
  const { aud } = jwtClaims(token);
  const audiences = [aud ?? []].flat().map(String);
  if (audiences.includes(audience)) return;
  const found =
    audiences.length === 0 ? 'no JSON Web Token' : `a token for '${excerpt(audiences.join(', '))}'`;
  throw new ActionError(
    'identity-token-unavailable',
    `The job cannot log in with ${name}: it contains ${found}, and the issuer expects one for '${excerpt(audience)}'`,
    { hint: `Set 'aud: ${excerpt(audience)}' for ${name} under 'id_tokens:' of the job.` },
  );
}
