import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { gitlabApp } from '../../../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../../../platform/embedded/index.ts';
import type { Gitlab } from '../../../../platform/gitlab/gitlab.ts';
import { startGitlab } from '../../../../platform/gitlab/server.ts';
import type { Platform } from '../../../../platform/platform.ts';
import { run as upload } from '../../../../src/commands/upload.ts';
import { run as workspaces } from '../../../../src/commands/workspaces.ts';
import { resultText } from '../../../../src/cli/result.ts';
import type { Host } from '../../../../src/hosts/host.ts';
import { providerFor } from '../../../../src/hosts/providers.ts';
import { inputsFor } from '../../../../platform/inputs.ts';
import { type TemporaryFolder, temporaryFolder } from '../../folders.ts';

describe('a command in a GitLab job', () => {
  let gitlab: Gitlab;
  let platform: Platform;
  let folder: TemporaryFolder;

  beforeAll(async () => {
    gitlab = await startGitlab();
    gitlab.mergeRequests.push({ iid: 7, sourceProjectId: 7, branch: 'patch', sha: 'c0ffee' });
    platform = await startEmbeddedPlatform({ gitlab: gitlab.authority });
    folder = temporaryFolder();
    folder.files('dist/index.html', 'dist/app.js');
  });
  afterAll(async () => {
    folder[Symbol.dispose]();
    await platform.stop();
    await gitlab.stop();
  });

  /** Runs a command without a client secret. */
  async function run(
    command: (host: Host) => Promise<void>,
    inputs: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> = {},
  ) {
    const outputs = new Map<string, string | number>();
    const lines: string[] = [];
    const given: Readonly<Record<string, string>> = {
      ...inputsFor(platform),
      'client-id': gitlabApp.id,
      'client-secret': '',
      ...inputs,
    };
    const variables = { ...gitlab.variables(7), GITLAB_TOKEN: gitlab.token, NO_COLOR: '1', ...env };
    let failure: string | undefined;
    const host = await providerFor(variables).open({
      env: variables,
      stderr: { write: (text) => void lines.push(text), isTerminal: false, hasColors: false, columns: 80 },
      verbosity: 'verbose',
      input: (name) => given[name] ?? '',
      output: (name, value) => void outputs.set(name, value),
      onFail: (code) => {
        failure = code;
      },
    });
    await command(host);
    return { host, outputs, failure, log: lines.join('') };
  }

  test('logs in by its ID token, writes a note, and shows no link and no token', async () => {
    const token = await gitlab.idToken(platform.issuer);
    const inputs = { path: folder.at('dist'), destination: 'a', comment: 'true' };
    const { host, outputs, failure, log } = await run(upload, inputs, { TERRAPI_ID_TOKEN: token });
    expect([failure, host.name]).toEqual([undefined, 'GitLab']);
    expect(gitlab.notes).toHaveLength(1);
    expect(gitlab.notes[0]?.body).toContain(String(outputs.get('url')));
    expect(log).not.toMatch(/X-Amz-Signature|Warning: /);
    for (const secret of [token, gitlab.token, gitlab.jobToken, ...platform.terrapi.secrets])
      expect(log).not.toContain(secret);
    const result = (options: { json: boolean; print: string | undefined }) =>
      resultText({ results: ['url'] }, outputs, options, host.hiddenLinks).trim();
    const page = `${gitlab.url}/example/site/-/merge_requests/7#note_${gitlab.notes[0]?.id}`;
    expect(result({ json: false, print: undefined })).toBe(page);
    expect(result({ json: false, print: 'url' })).toBe(outputs.get('url'));
    expect(host.hiddenLinks?.result?.(new Map([['comment-id', '']]))).toBe(
      `${gitlab.url}/example/site/-/jobs/11`,
    );
  });

  test('uses the next token for each login, and says so when all are used', async () => {
    const [one, two] = [await gitlab.idToken(platform.issuer), await gitlab.idToken(platform.issuer)];
    const first = await run(workspaces, {}, { TERRAPI_ID_TOKEN: one });
    expect([first.failure, first.outputs.get('user')]).toEqual([
      undefined,
      `service-account-${gitlabApp.id}`,
    ]);
    const used = await run(workspaces, {}, { TERRAPI_ID_TOKEN: one, TERRAPI_ID_TOKEN_2: two });
    expect(used.failure).toBe('identity-token-rejected');
    expect(used.log).toMatch(
      /Token reuse detected[^]*this job has 2 of them\. Add TERRAPI_ID_TOKEN_3 under 'id_tokens:'/,
    );
    const { identityToken } = used.host;
    const options = { certificates: [], retries: {} };
    await expect(identityToken?.(platform.issuer, options)).resolves.toBe(two);
  });

  test('without credentials says which variables and lines are missing', async () => {
    const { failure, log } = await run(upload, { path: folder.at('dist') });
    expect(failure).toBe('no-credentials');
    for (const words of [
      'TERRAPI_CLIENT_SECRET',
      `'Expand variable reference'`,
      'id_tokens:',
      'protected variable',
    ])
      expect(log).toContain(words);
    expect(log).not.toContain('permissions:');
  });
});
