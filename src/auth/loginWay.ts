/** How to log in: with a code on any device, in the browser that this program opens, or in a browser that the user opens. */
export type LoginWay = 'device' | 'browser' | 'printed';

/** The machine that the command runs on. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/**
 * Chooses how to log in. A browser needs a desktop on this machine: over SSH, and on Linux without a display, there is none.
 * @param browser `false`: print the URL instead of opening it
 */
export function loginWay(
  { device, browser }: { readonly device: boolean; readonly browser: boolean },
  { env, platform }: Machine,
): LoginWay {
  const has = (...names: string[]) => names.some((name) => Boolean(env[name]));
  if (device) return 'device';
  if (!browser) return 'printed';
  if (has('SSH_CONNECTION', 'SSH_CLIENT', 'SSH_TTY')) return 'device';
  const hasDesktop = platform === 'win32' || platform === 'darwin';
  // Linux on Windows (WSL) opens the browser of Windows.
  return hasDesktop || has('DISPLAY', 'WAYLAND_DISPLAY', 'WSL_DISTRO_NAME') ? 'browser' : 'device';
}
