import { expect, test } from '@jest/globals';

import { loginWay } from '../../../src/auth/loginWay.ts';

const usual = { device: false, browser: true };

test.each([
  ['linux', { DISPLAY: ':0' }, usual, 'browser'],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, usual, 'browser'],
  ['linux', { WSL_DISTRO_NAME: 'Debian' }, usual, 'browser'],
  ['linux', {}, usual, 'device'],
  ['linux', { DISPLAY: '' }, usual, 'device'],
  ['linux', { DISPLAY: ':10', SSH_CONNECTION: '192.0.2.1 22' }, usual, 'device'],
  ['darwin', {}, usual, 'browser'],
  ['darwin', { SSH_TTY: '/dev/ttys0' }, usual, 'device'],
  ['win32', {}, usual, 'browser'],
  ['win32', { SSH_CLIENT: '192.0.2.1' }, usual, 'device'],
  ['linux', { DISPLAY: ':0' }, { device: true, browser: true }, 'device'],
  ['linux', { SSH_TTY: '/dev/pts/0' }, { device: false, browser: false }, 'printed'],
] as const)('on %s with %j and %j, the way is %s', (platform, env, options, way) => {
  expect(loginWay(options, { platform, env })).toBe(way);
});
