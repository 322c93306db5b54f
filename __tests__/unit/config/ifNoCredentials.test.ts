import { describe, expect, test } from '@jest/globals';

import { isSkipped } from '../../../src/config/ifNoCredentials.ts';
import { readUploadInputs } from '../../../src/config/upload.ts';
import { hintsFor } from '../../../src/hosts/github/hints.ts';
import { failureOf } from '../failure.ts';
import { required, secret } from './uploadInputs.ts';

describe('without a client secret', () => {
  const given: Readonly<Record<string, string>> = { ...required, 'client-secret': ' \n' };
  const raw = (name: string) => given[name] ?? '';
  const readWith = (keyless: boolean) =>
    readUploadInputs(raw, () => undefined, keyless, hintsFor.GitHub.logIn([]));

  test('a job with an identity token is valid', () => {
    expect(readWith(true).clientSecret).toBeUndefined();
  });

  test('and without an identity token, the error names both ways to log in, the lines of YAML, and the input for forks', () => {
    const { code, message, details } = failureOf(() => readWith(false));
    expect(code).toBe('no-credentials');
    expect(message).toMatch(/^Input client-secret: is missing, and the job cannot get an OIDC token/);
    expect(details).toContain('    permissions:');
    expect(details).toContain('      id-token: write');
    expect(details.join('\n')).toContain(`'if-no-credentials: skip'`);
  });

  test('the error lists the other invalid inputs too', () => {
    const others: Readonly<Record<string, string>> = { ...given, symlinks: 'no' };
    const { code, message, details } = failureOf(() =>
      readUploadInputs(
        (name) => others[name] ?? '',
        () => undefined,
        false,
        hintsFor.GitHub.logIn([]),
      ),
    );
    expect(code).toBe('invalid-input');
    expect(message).toBe('2 invalid inputs');
    expect(details[0]).toMatch(/^- client-secret: is missing/);
    expect(details[1]).toMatch(/^- symlinks: got 'no'/);
    expect(details).toContain('      id-token: write');
  });

  test.each([
    ['neither secret nor identity token', { 'if-no-credentials': 'skip' }, false, true],
    ['an identity token', { 'if-no-credentials': 'skip' }, true, false],
    ['a secret', { 'if-no-credentials': 'skip', 'client-secret': secret }, false, false],
    ['neither, without the input', {}, false, false],
    ['neither, with an invalid value', { 'if-no-credentials': 'Skip' }, false, false],
  ])('a step with %s is skipped or not', (_, more, keyless, expected) => {
    const inputs: Readonly<Record<string, string>> = more;
    expect(isSkipped(keyless, (name) => inputs[name] ?? '')).toBe(expected);
  });
});
