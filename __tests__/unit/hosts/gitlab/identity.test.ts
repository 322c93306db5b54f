import { describe, expect, test } from '@jest/globals';

import { gitlabHints } from '../../../../src/hosts/gitlab/hints.ts';
import { gitlabIdentity, tokenVariables } from '../../../../src/hosts/gitlab/identity.ts';
import { jwt } from '../../servers.ts';

const issuer = 'https://issuer.example/realms/master';
const token = (jti: string, aud: string | string[] = issuer) => jwt({ aud, jti });
const options = { certificates: [], retries: {} };

describe('the identity tokens of a GitLab job', () => {
  test('are used in turn by the numbers of their variables, and then from the first one again', async () => {
    const [one, two, ten] = [token('1'), token('2'), token('10')];
    const identity = gitlabIdentity(
      tokenVariables({ TERRAPI_ID_TOKEN_10: ten, TERRAPI_ID_TOKEN_2: two, TERRAPI_ID_TOKEN: one }),
    );
    const used = [];
    for (let login = 0; login < 5; login += 1) used.push(await identity?.(issuer, options));
    expect(used).toEqual([one, two, ten, one, two]);
  });

  test('are missing if no variable has one', () => {
    const others = { TERRAPI_ID_TOKEN: ' ', TERRAPI_ID_TOKEN_1: 'a', TERRAPI_ID_TOKENS: 'b', ID_TOKEN: 'c' };
    expect(gitlabIdentity(tokenVariables(others))).toBeUndefined();
  });

  test('may have several audiences', async () => {
    const both = token('1', ['https://vault.example', issuer]);
    await expect(
      gitlabIdentity([{ name: 'TERRAPI_ID_TOKEN', token: both }])?.(issuer, options),
    ).resolves.toBe(both);
  });

  test.each([
    [
      token('1', 'https://other.example'),
      /TERRAPI_ID_TOKEN_2: it contains a token for 'https:\/\/other\.example'/,
    ],
    ['glpat-no-token', /TERRAPI_ID_TOKEN_2: it contains no JSON Web Token/],
  ])('for another audience are refused with the line to change', async (wrong, message) => {
    const identity = gitlabIdentity([{ name: 'TERRAPI_ID_TOKEN_2', token: wrong }]);
    await expect(identity?.(issuer, options)).rejects.toMatchObject({
      code: 'identity-token-unavailable',
      message: expect.stringMatching(message),
      hint: `Set 'aud: ${issuer}' for TERRAPI_ID_TOKEN_2 under 'id_tokens:' of the job.`,
    });
    await expect(identity?.(issuer, options)).rejects.not.toMatchObject({
      message: expect.stringContaining(wrong),
    });
  });

  test('that were used, or are too old, cause different advice', () => {
    const { staleIdentity } = gitlabHints(2);
    expect(staleIdentity?.('400 invalid_client: Token reuse detected')).toMatch(
      /has 2 of them\. Add TERRAPI_ID_TOKEN_3 /,
    );
    expect(
      staleIdentity?.('400 invalid_client: Token was issued too far in the past to be used now'),
    ).toMatch(/when the job starts.*'Max expiration for Client Assertions'/);
  });
});
