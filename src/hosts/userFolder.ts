import path from 'node:path';

/**
 * The folder in which this program keeps what belongs to the user, such as logins: in `XDG_CONFIG_HOME` (XDG Base Directory Specification),
 * else in the system's usual place.
 * @param home the user's home folder
 */
export function userFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  home: string,
): string {
  const own = platform === 'win32' ? path.win32 : path.posix;
  // The specification says to ignore relative paths.
  const absolute = (folder: string | undefined) => (folder && own.isAbsolute(folder) ? folder : undefined);
  const usualPlace = () => {
    if (platform === 'win32') return absolute(env['APPDATA']) ?? own.join(home, 'AppData', 'Roaming');
    return own.join(home, platform === 'darwin' ? 'Library/Application Support' : '.config');
  };
  return own.join(absolute(env['XDG_CONFIG_HOME']) ?? usualPlace(), 'upload-to-workspace');
}
