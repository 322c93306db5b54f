import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { helpLine } from '../../../../src/errors/codes.ts';
import { githubHost } from '../../../../src/hosts/github/host.ts';

const write = process.stdout.write.bind(process.stdout);
let written = '';
beforeEach(() => {
  written = '';
  process.stdout.write = (text: string | Uint8Array) => {
    written += String(text);
    return true;
  };
});
afterEach(() => {
  process.stdout.write = write;
  process.exitCode = undefined;
});

const lines = () => written.split(/\r?\n/).filter(Boolean);
const onRunner = (env: Record<string, string> = {}) => githubHost({ GITHUB_ACTIONS: 'true', ...env });
const elsewhere = (env: Record<string, string> = {}) => githubHost(env);

describe('masking', () => {
  test('covers each line of a secret, because the runner masks line by line', () => {
    onRunner().mask('first-line-of-2\r\nsecond-line-of-2\n\n  second-line-of-2  \n');
    expect(lines()).toEqual(['::add-mask::first-line-of-2', '::add-mask::second-line-of-2']);
  });

  test('leaves out short lines, and a warning says so without the line', () => {
    onRunner().mask('a1\nlong-enough-to-mask');
    expect(written).toContain('::add-mask::long-enough-to-mask');
    expect(written).toContain('::warning::A secret, or a line of one, is shorter than 4 characters');
    expect(written).not.toContain('a1');
  });

  test('redacts the secret in later lines, also without a runner', () => {
    const host = elsewhere();
    host.mask('kept/by=the+host');
    host.log.info(['kept/by=the+host', 'and kept%2Fby%3Dthe%2Bhost']);
    expect(lines()).toEqual(['***', 'and ***']);
  });

  test.each([
    ['HTTPS_PROXY', 'http://ci:50%25off-a@proxy:3128', ['50%25off-a', '50%off-a']],
    ['https_proxy', 'ci:50%off-b@proxy:3128', ['50%off-b']],
    ['HTTP_PROXY', 'http://ci:of@two@proxy', ['of@two']],
    // Only one of the two escapes is valid.
    ['http_proxy', 'http://ci:50%off%20c@proxy', ['50%off%20c', '50%off c']],
    ['http_proxy', 'http://ci@proxy:3128', []],
    ['HTTPS_PROXY', 'http://proxy:3128', []],
  ])('starts with the password in %s=%s', (name, value, secrets) => {
    onRunner({ [name]: value });
    expect(lines()).toEqual(secrets.map((secret) => `::add-mask::${secret.replaceAll('%', '%25')}`));
  });

  test('starts with the bearer token for identity tokens', () => {
    onRunner({ ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'asks-for-tokens' });
    expect(lines()).toEqual(['::add-mask::asks-for-tokens']);
  });
});

describe('the log', () => {
  const evil = '.x\n::set-output name=url::evil\r::stop-commands::pwn';
  const escaped = '.x\\u000a::set-output name=url::evil\\u000d::stop-commands::pwn';

  test('escapes line breaks in all its methods', () => {
    const host = onRunner();
    const { log } = host;
    log.info(evil);
    log.info(['one', evil]);
    log.debug(evil);
    log.warning('short-secret', evil, evil);
    log.group(evil, [evil]);
    log.group(evil, []);
    log.openGroup(evil)();
    host.fail(evil, 'unexpected');
    expect(lines()).toEqual([
      escaped,
      'one',
      escaped,
      `::debug::${escaped}`,
      `::warning title=${escaped.replaceAll(':', '%3A')}::${escaped}%0A${helpLine('short-secret')}`,
      `::group::${escaped}`,
      escaped,
      '::endgroup::',
      escaped,
      `::group::${escaped}`,
      '::endgroup::',
      `::error::${escaped}`,
    ]);
    expect(process.exitCode).toBe(1);
  });

  test.each([
    '::debug::x',
    ' \t ::debug::x',
    '\u00a0::debug::x',
    '\u0085::debug::x',
    '##[group]x',
    'x ##[group]x',
  ])('does not print the line %j as a command', (line) => {
    onRunner().log.info(line);
    expect(written).not.toMatch(/^\s*::/);
    expect(written).not.toContain('##[');
  });

  test('is plain text without a runner', () => {
    const host = elsewhere();
    host.log.debug('only with RUNNER_DEBUG');
    host.log.notice('n', 'title');
    host.log.warning('short-secret', ['w', evil]);
    host.log.group('g', ['in it']);
    host.maskLater('a link');
    host.output('url', 'u');
    host.fail(['f', 'hint'], 'unexpected');
    elsewhere({ RUNNER_DEBUG: '1' }).log.debug('d');
    expect(lines()).toEqual([
      'Notice: n',
      'Warning: w',
      escaped,
      helpLine('short-secret'),
      'g',
      'in it',
      'Error: f',
      'hint',
      'Debug: d',
    ]);
    expect(process.exitCode).toBe(1);
  });
});

describe('on the runners of Gitea and Forgejo, which print the text of a command as it is', () => {
  const onGitea = (env: Record<string, string> = {}) => onRunner({ GITEA_ACTIONS: 'true', ...env });

  test('a warning is one command without escapes and title, and plain lines', () => {
    const host = onGitea();
    host.log.warning('short-secret', ['50% of a:b', '  permissions:'], 'Title');
    host.log.notice('n', 'Title');
    host.fail(['failed', 'Do this.'], 'unexpected');
    expect(lines()).toEqual([
      '::warning::Title: 50% of a:b',
      '  permissions:',
      helpLine('short-secret'),
      '::notice::Title: n',
      '::error::failed',
      'Do this.',
    ]);
    expect(process.exitCode).toBe(1);
  });

  test('every line of the debug log is a command, and groups have their title', () => {
    const { log } = onGitea();
    log.debug(['a%', 'b']);
    log.group('50% done', ['c']);
    expect(lines()).toEqual(['::debug::a%', '::debug::b', '::group::50% done', 'c', '::endgroup::']);
  });

  test('no text becomes another command', () => {
    const { log } = onGitea();
    log.warning('short-secret', ['x\n::stop-commands::a', '::stop-commands::b'], 'y\n::stop-commands::c');
    log.debug('x\n::stop-commands::d');
    expect(lines().filter((line) => /^\s*::(?!warning::|debug::)/.test(line))).toEqual([]);
  });

  test('a secret is masked as it is, and in the form of a command', () => {
    onGitea().mask('50%-of\nsecond-line');
    expect(lines()).toEqual(['::add-mask::50%-of', '::add-mask::50%25-of', '::add-mask::second-line']);
  });

  test('the host has the name and the hints of the forge', () => {
    const gitea = onGitea();
    const forgejo = onGitea({ FORGEJO_ACTIONS: 'true' });
    expect([gitea.name, forgejo.name, onRunner().name]).toEqual(['Gitea', 'Forgejo', 'GitHub']);
    expect(gitea.hints.allowIdentity).toBeUndefined();
    expect(forgejo.hints.allowIdentity).toContain('enable-openid-connect: true');
    for (const { hints } of [gitea, forgejo])
      expect(hints.logIn(['comment', 'deployment']).join('\n')).not.toMatch(/permission|GitHub|Dependabot/);
  });
});

test('an output is not a command if the runner has no file for outputs', () => {
  onRunner().output('url', 'u');
  expect(written).toBe('');
});
