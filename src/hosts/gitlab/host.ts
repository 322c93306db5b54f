import { readFileSync } from 'node:fs';

import { registerSecret } from '../../text/secrets.ts';
import type { HiddenLinks, Host } from '../host.ts';
import type { HostOptions } from '../provider.ts';
import { terminalHost } from '../terminal/host.ts';
import { gitlabHints } from './hints.ts';
import { gitlabIdentity, tokenVariables } from './identity.ts';
import { gitlabLog } from './log.ts';
import { type GitlabRun, readRun } from './run.ts';

/** The host for jobs of GitLab CI/CD. Logs are as public as the project, and a job cannot mask a text in them, so links are not logged. */
export function gitlabHost(options: HostOptions): Host {
  const { env, stderr, verbosity, input } = options;
  const run = readRun(env);
  const { log, error } = gitlabLog({
    print: (line) => stderr.write(`${line}\n`),
    verbosity,
    colors: stderr.hasColors || !env['NO_COLOR'],
    now: Date.now,
  });
  const { GITLAB_TOKEN: token = '', CI_JOB_TOKEN: jobToken = '' } = env;
  const tokens = tokenVariables(env);
  for (const secret of [token, jobToken, ...tokens.map((variable) => variable.token)]) registerSecret(secret);
  return {
    ...terminalHost(options, run, { ...log, error }),
    name: 'GitLab',
    hints: gitlabHints(tokens.length),
    identityToken: gitlabIdentity(tokens),
    // A job is no person: it does not use the logins of the machine's user.
    loginFolder: undefined,
    hiddenLinks: hiddenLinks(run, () => Number(input('pull-request')) || run.pull),
    openReporter: async (given) => {
      const certificates = [...given.certificates, ...serverCertificates(env['CI_SERVER_TLS_CA_FILE'])];
      const { gitlabReporter } = await import('./reporter.ts');
      return gitlabReporter(run, { ...given, jobToken, certificates });
    },
    workspaceDir: env['CI_PROJECT_DIR'] ?? process.cwd(),
    // The name of the input is GitHub's; the token is a CI/CD variable here.
    input: (name) => input(name) || (name === 'github-token' ? token : ''),
  };
}

/** The certificates of a GitLab server with a private authority. The runner writes them to a file. */
function serverCertificates(file: string | undefined): string[] {
  try {
    return file ? [readFileSync(file, 'utf8')] : [];
  } catch {
    return [];
  }
}

/** @param pullOf the merge request that has the note */
function hiddenLinks({ url, pullUrl }: GitlabRun, pullOf: () => number | undefined): HiddenLinks {
  return {
    line: `The log of a GitLab job shows no links, because it cannot mask them. The note on the merge request ('--comment'), the links of a release ('--release') or the file of '--dotenv' have them.`,
    result: (outputs) => {
      const note = Number(outputs.get('comment-id') ?? 0);
      const pull = pullOf();
      return note > 0 && pull !== undefined ? `${pullUrl(pull)}#note_${note}` : url;
    },
  };
}
