import { describe, expect, test } from '@jest/globals';

import { type LogOptions, gitlabLog } from '../../../../src/hosts/gitlab/log.ts';

function logger(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  return {
    lines,
    ...gitlabLog({ print, verbosity: 'normal', colors: false, now: () => 1_600_000_000_999, ...options }),
  };
}

describe('the log of a GitLab job', () => {
  test('has a collapsed section for each group, with a name of its own', () => {
    const { lines, log } = logger();
    log.group('Files', ['a', 'b']);
    log.openGroup('Upload')();
    const name = /section_start:1600000000:(\w+)\[collapsed=true\]/.exec(lines[0] ?? '')?.[1] ?? '';
    expect(lines.slice(0, 4)).toEqual([
      `\u001b[0Ksection_start:1600000000:${name}[collapsed=true]\r\u001b[0KFiles`,
      'a',
      'b',
      `\u001b[0Ksection_end:1600000000:${name}\r\u001b[0K`,
    ]);
    expect(lines[4]).toMatch(/^\u001b\[0Ksection_start:.*\r\u001b\[0KUpload$/);
    expect(lines[4]).not.toContain(name);
  });

  test('has no section for a group without lines', () => {
    const { lines, log } = logger();
    log.group('2 files', []);
    expect(lines).toEqual(['2 files']);
  });

  test('cannot get a section or a color from a text', () => {
    const { lines, log, error } = logger();
    log.info('a\r\u001b[0Ksection_start:1:x\r\u001b[0Kb');
    error('\u001b[31mred');
    log.group('\u001b[0Ktitle\n', ['x']);
    expect(lines.slice(0, 2).join('')).not.toMatch(/[\r\u001b]/);
    expect(lines[2]?.split('\u001b')).toHaveLength(3);
  });

  test('paints warnings and errors, where colors are wanted', () => {
    const { lines, log, error } = logger({ colors: true });
    log.warning('unmatched-path', 'Careful');
    error('Failed');
    log.info('plain');
    expect(lines).toEqual([
      '\u001b[33mWarning: Careful\u001b[0m',
      expect.stringMatching(/^\u001b\[33mHelp: https:.*#unmatched-path\u001b\[0m$/),
      '\u001b[31mError: Failed\u001b[0m',
      'plain',
    ]);
  });

  test.each([
    ['quiet', ['Warning: w', expect.stringContaining('Help: '), 'Error: e']],
    ['normal', ['i', 'Notice: n', 'Warning: w', expect.stringContaining('Help: '), 'Error: e']],
    ['verbose', ['Debug: d', 'i', 'Notice: n', 'Warning: w', expect.stringContaining('Help: '), 'Error: e']],
  ] as const)('is as detailed as %s', (verbosity, expected) => {
    const { lines, log, error } = logger({ verbosity });
    log.debug('d');
    log.info('i');
    log.notice('n');
    log.warning('unmatched-path', 'w');
    error('e');
    expect(lines).toEqual(expected);
  });

  test('has no sections if it is quiet', () => {
    const { lines, log } = logger({ verbosity: 'quiet' });
    log.group('Files', ['a']);
    log.openGroup('Upload')();
    expect(lines).toEqual([]);
  });
});
