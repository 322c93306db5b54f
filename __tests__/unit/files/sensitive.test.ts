import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { isLikelySecret, secretNamesWarning } from '../../../src/files/sensitive.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { names, select } from './selecting.ts';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const all = { includeHiddenFiles: true };

test.each([
  '.git/config',
  'sub/.git',
  '.env',
  '.env.production',
  '.envrc',
  'gha-creds-0a1b.json',
  'git-credentials-2e7c.config',
  '.netrc',
  '_netrc',
  '.npmrc',
  '.yarnrc.yml',
  '.pypirc',
  '.git-credentials',
  '.docker/config.json',
  '.aws/credentials',
  '.azure/msal_token_cache.json',
  '.kube/config',
  '.ssh/id_ed25519',
  '.gnupg/private-keys-v1.d/x',
  '.config/gcloud/credentials.db',
  '.config/gh/hosts.yml',
  '.config/rclone/rclone.conf',
  '.terraform/terraform.tfstate',
  '.terraformrc',
  'terraform.rc',
  '.terraform.d/credentials.tfrc.json',
  '.vault-token',
  '.boto',
  '.s3cfg',
  '.mc/config.json',
  '.cargo/credentials.toml',
  '.gem/credentials',
  '.m2/settings.xml',
  '.htpasswd',
  '.pgpass',
  '.my.cnf',
  '.dockercfg',
  '.composer/auth.json',
  '.gradle/gradle.properties',
  '.bash_history',
  '.irb_history',
  '.curlrc',
  '.yarnrc',
  '.nuget/NuGet/NuGet.Config',
  '.dockerconfigjson',
  '.cache/huggingface/token',
  '.cdsapirc',
  '_runner_file_commands/set_env_1',
  '_github_workflow/event.json',
  'deep/down/.AWS/credentials',
  '.GIT/config',
  '.ENV',
  '_NetRC',
  'GHA-Creds-1.JSON',
  '.Docker/Config.json',
])('%s is left out unless a line names it', (name) => {
  folder.files(name, 'a');
  const selection = select(folder, ['.', '**', '*', '.*', '**/.*/**', '_*', '**/*.*', '[.]*/*'], all);
  expect(names(selection)).toEqual(['a']);
  expect(selection.sensitive).not.toEqual([]);
  expect(selection.hidden).toEqual([]);
  expect(names(select(folder, [name], all))).toHaveLength(1);
  expect(names(select(folder, [`**/${name}`], all))).toEqual([name]);
});

test.each([
  '.gitignore',
  '.github/workflows/a.yml',
  '.docker/x',
  '.config/x/y',
  '.well-known/a',
  'config.json',
  'auth.json',
  'env/.x',
  'gha-creds.json',
  'git-credentials.config',
  'x.env.js',
  '_next/static/a.js',
  'gcloud/a',
  'huggingface/a',
  'token',
])('%s is not sensitive', (name) => {
  folder.files(name);
  expect(names(select(folder, ['.'], all))).toEqual([name]);
});

describe('a line names something sensitive', () => {
  beforeEach(() =>
    folder.files(
      '.docker/config.json',
      '.docker/x',
      '.config/gcloud/key',
      '.config/x',
      '.git/config',
      '.gitignore',
      '.env',
      '.env.local',
      'dist/.npmrc',
      'dist/a',
    ),
  );

  test.each([
    [['.docker'], ['x']],
    [['.docker/**'], ['x']],
    [['.docker/*.json'], []],
    [['.docker/config.json'], ['config.json']],
    [['**/.docker/config.json'], ['.docker/config.json']],
    [['**/config.json'], []],
    [['.config'], ['x']],
    [['.config/gcloud'], ['key']],
    [['**/gcloud/**'], []],
    [['**/.config/gcloud/**'], ['.config/gcloud/key']],
    [['.git*'], ['.gitignore']],
    [['.git/**'], ['config']],
    [['**/.git/**'], ['.git/config']],
    [['.env'], ['.env']],
    [['.env*'], ['.env', '.env.local']],
    [['.e*'], []],
    [['.[e]nv'], ['.env']],
    [['dist'], ['a']],
    [['dist/.npmrc'], ['.npmrc']],
    [
      ['dist', 'dist/.npmrc'],
      ['.npmrc', 'a'],
    ],
    [['dist', '.npmrc'], ['dist/a']],
  ])('if it spells out the whole name: %j', (lines, found) => {
    expect(names(select(folder, lines, all))).toEqual(found);
    expect(names(select(folder, lines))).toEqual(found);
  });
});

test('folders above the checkout may be sensitive', () => {
  folder.files('.aws/checkout/a', '.aws/checkout/.env');
  folder.link('.aws/checkout/link', 'a');
  const cwd = folder.at('.aws/checkout');
  expect(names(select(folder, ['.'], { cwd, checkout: cwd }))).toEqual(['a', 'link']);
});

test('credentials in the temporary folder of a runner are left out', () => {
  folder.files(
    'git-credentials-1.config',
    '_runner_file_commands/add_path_1',
    '_github_home/.docker/config.json',
    '.npmrc',
    'report/index.html',
  );
  expect(names(select(folder, [folder.path], all))).toEqual(['report/index.html']);
});

describe('files that may contain secrets', () => {
  test.each([
    'id_rsa',
    'id_deploy',
    'id_ed25519',
    'ID_RSA',
    'id_rsa.bak',
    'deploy_rsa',
    'server.pem',
    'server.KEY',
    'x.p12',
    'x.pfx',
    'x.jks',
    'x.keystore',
    'terraform.tfstate',
    'terraform.tfstate.backup',
    'kubeconfig',
    'kubeconfig_17',
    'x.kdbx',
    'prod.env',
    'credentials.json',
    'secrets.yml',
    'service-account-x.json',
    'rclone.conf',
    'htpasswd',
    'store.pkcs12',
    'auth.p8',
    'auth.pk8',
    'putty.ppk',
    'store.jceks',
    'store.bks',
    'store.truststore',
    'prod.tfvars',
    'x.kdb',
    'x.keytab',
    'x.kubeconfig',
    'x.ovpn',
    'x.agekey',
    '.pem',
    'krb5cc_1000',
    'nuget.config',
    'deploy_accesskeys.csv',
    'secring.gpg',
    'credentials.ini',
    'client_secret_1.json',
    'secrets.toml',
    'secret.txt',
    'aws_credentials.xml',
    'secrets-prod.yaml',
    'credentials',
    'aws_credentials',
    'awscredentials',
    'git-credentials',
    'gitcredentials',
  ])('%s may', (name) => expect(isLikelySecret(name)).toBe(true));

  test.each([
    'id_rsa.pub',
    'id_map.csv',
    'id.txt',
    'index.html',
    'keys.js',
    'pem',
    'key',
    'monkey',
    'secretary.txt',
    'credentials.md',
    'a.tfstates',
    'environment.yml',
    'rsa.js',
    'kudos-id_rsa.txt',
    'mycredentials',
    'credentials-howto',
    'secret.conf',
  ])('%s does not', (name) => expect(isLikelySecret(name)).toBe(false));

  test('are uploaded, with one warning that lists them', () => {
    folder.files('a', 'keys/id_rsa', 'keys/id_rsa.pub', 'server.pem', 'x');
    folder.link('readme', 'server.pem');
    const { files, warnings, warningCodes } = select(folder, ['.']);
    expect([files.length, warningCodes]).toEqual([6, ['possible-secrets']]);
    expect(warnings).toEqual([
      `3 files to upload may contain secrets, by their names: keys/id_rsa, readme, server.pem. Exclude them with a line '!…' in 'path', unless everyone with a link may read them.`,
    ]);
    expect(select(folder, ['.', '!keys', '!server.pem', '!readme']).warnings).toEqual([]);
  });

  test('may be one file, and its folder does not count', () => {
    const warn = (...names: string[]) =>
      secretNamesWarning(
        names.map((name) => ({ name, path: `/r/${name}` })),
        new Map(),
      );
    expect(warn('keys/credentials', 'id_rsa/readme.md')).toEqual([
      {
        code: 'possible-secrets',
        text: expect.stringMatching(
          /^1 file to upload may contain secrets, by its name: keys\/credentials\. /,
        ),
      },
    ]);
  });

  test('are listed up to 20', () => {
    folder.files(...Array.from({ length: 30 }, (_, index) => `${index}.pem`));
    const { warnings } = select(folder, ['.']);
    expect(warnings).toEqual([expect.stringMatching(/^30 files .* and 10 more\. Exclude/)]);
  });
});
