import { expect, test } from '@jest/globals';

import { userFolder } from '../../../src/hosts/userFolder.ts';

test.each([
  ['linux', {}, '/home/ada', '/home/ada/.config/upload-to-workspace'],
  ['linux', { XDG_CONFIG_HOME: '/etc/ada' }, '/home/ada', '/etc/ada/upload-to-workspace'],
  ['linux', { XDG_CONFIG_HOME: '' }, '/home/ada', '/home/ada/.config/upload-to-workspace'],
  ['linux', { XDG_CONFIG_HOME: 'relative' }, '/home/ada', '/home/ada/.config/upload-to-workspace'],
  ['darwin', {}, '/Users/ada', '/Users/ada/Library/Application Support/upload-to-workspace'],
  ['darwin', { XDG_CONFIG_HOME: '/x' }, '/Users/ada', '/x/upload-to-workspace'],
  [
    'win32',
    { APPDATA: 'C:\\Users\\ada\\Roam' },
    'C:\\Users\\ada',
    'C:\\Users\\ada\\Roam\\upload-to-workspace',
  ],
  ['win32', {}, 'C:\\Users\\ada', 'C:\\Users\\ada\\AppData\\Roaming\\upload-to-workspace'],
] as const)('on %s with %j, the folder of the home %s is %s', (platform, env, home, folder) => {
  expect(userFolder(env, platform, home)).toBe(folder);
});
