import { afterEach, describe, expect, test } from '@jest/globals';

import { buckets, clientApp, keylessApps, usualJob } from '../../platform/catalogue.ts';
import type { Platform } from '../../platform/platform.ts';
import { runWorkflow } from '../workflows/act.ts';
import type { WorkflowRun } from '../workflows/log.ts';
import { hiddenForms } from '../workflows/masking.ts';

/** A workflow without a client secret, run by act on the bundle. */
export function keylessWorkflowCases(platform: () => Platform): void {
  const run = (identity = true) =>
    runWorkflow({
      workflow: 'keyless.yml',
      platform: platform(),
      variables: { KEYLESS_CLIENT_ID: keylessApps.branch.id },
      secrets: { CLIENT_SECRET: '' },
      identity,
      debug: true,
    });
  const issuedSince = (before: ReadonlySet<string>) =>
    [...platform().tokenService.issued].filter((token) => !before.has(token));
  const bearer = () => platform().tokenService.environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  const expectHidden = ({ log, masks }: WorkflowRun, tokens: readonly string[]) => {
    expect(masks).toEqual(expect.arrayContaining([bearer(), ...tokens]));
    const parts = tokens.flatMap((token) => token.split('.').slice(1));
    const secrets = [bearer(), ...parts, ...platform().terrapi.secrets];
    expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  };

  describe('a workflow without a secret', () => {
    afterEach(async () => {
      platform().tokenService.job = usualJob;
      await platform().store.clear(buckets.outputs);
    });

    test('publishes with its identity token, and passes a working link to the next job', async () => {
      const before = new Set(platform().tokenService.issued);
      const result = await run();
      expect([result.exitCode, result.annotations]).toEqual([0, []]);
      expect(result.log).toContain(`service-account-${keylessApps.branch.id}`);
      expect(result.step('check', 'open').result).toBe('success');
      const tokens = issuedSince(before);
      expect(tokens).toHaveLength(1);
      expectHidden(result, tokens);

      const { outputs, summary } = result.step('publish', 'upload');
      const said = JSON.stringify(outputs) + summary;
      // A hosted runner drops outputs that contain any of these.
      const hidden = [...result.masks].filter((mask) => mask !== '').flatMap(hiddenForms);
      expect(hidden.filter((form) => said.includes(form))).toEqual([]);
    });

    test('fails with a message that shows the subject of the token, and no token', async () => {
      const before = new Set(platform().tokenService.issued);
      platform().tokenService.job = { ...usualJob, repository: 'someone/else' };
      const result = await run();
      expect(result.exitCode).toBe(1);
      const errors = result.annotations.filter(({ level }) => level === 'error');
      expect(errors).toHaveLength(1);
      expect(errors[0]?.message).toContain('repo:someone/else:ref:refs/heads/main');
      const tokens = issuedSince(before);
      expect(tokens).toHaveLength(1);
      expectHidden(result, tokens);
    });

    test('fails with the two lines to add if the job has no permission for identity tokens', async () => {
      const before = platform().tokenService.requests.length;
      const result = await run(false);
      expect(result.exitCode).toBe(1);
      const [error] = result.annotations.filter(({ level }) => level === 'error');
      expect(error?.message).toContain('\n    permissions:\n      id-token: write\n');
      expect(error?.message).not.toContain(clientApp.secret);
      expect(platform().tokenService.requests).toHaveLength(before);
    });
  });
}
