import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

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
});

const lines = () => written.split('\n').filter(Boolean);

describe('masking', () => {
  test('covers each line of a secret, as the runner masks line by line', () => {
    githubHost({}).mask('first line\r\nsecond\n\n  second  \n');
    expect(lines()).toEqual(['::add-mask::first line', '::add-mask::second']);
  });

  test('leaves out lines that would blot out half the log, and says so without telling them', () => {
    githubHost({}).mask('a1\nlong enough');
    expect(written).toContain('::add-mask::long enough');
    expect(written).toContain('::warning::A secret, or a line of one, is shorter than 4 characters');
    expect(written).not.toContain('a1');
  });
});

describe('the log', () => {
  const evil = '.x\n::set-output name=url::evil\r::stop-commands::pwn';
  const escaped = '.x\\u000a::set-output name=url::evil\\u000d::stop-commands::pwn';

  test('shows a line break in a name as an escape, wherever it is printed', () => {
    const host = githubHost({});
    const { log } = host;
    log.info(evil);
    log.info(['one', evil]);
    log.debug(evil);
    log.group(evil, [evil]);
    log.openGroup(evil)();
    host.fail(evil);
    process.exitCode = undefined;
    expect(lines()).toEqual([
      escaped,
      'one',
      escaped,
      `::debug::${escaped}`,
      `::group::${escaped}`,
      escaped,
      '::endgroup::',
      `::group::${escaped}`,
      '::endgroup::',
      `::error::${escaped}`,
    ]);
  });

  test.each(['::debug::x', ' \t ::debug::x', '\u00a0::debug::x', '##[group]x', 'x ##[group]x'])(
    'prints no command that a line %j would be',
    (line) => {
      githubHost({}).log.info(line);
      expect(written).not.toMatch(/^\s*::/);
      expect(written).not.toContain('##[');
    },
  );
});
