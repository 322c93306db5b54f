import path from 'node:path';

/** How an operating system handles file names. */
export interface System {
  readonly paths: path.PlatformPath;
  /** `\` is a separator, like `/`. */
  readonly windows: boolean;
  /** `dist` and `Dist` are the same name. */
  readonly ignoresCase: boolean;
}

export const linux: System = { paths: path.posix, windows: false, ignoresCase: false };
export const macos: System = { paths: path.posix, windows: false, ignoresCase: true };
export const windows: System = { paths: path.win32, windows: true, ignoresCase: true };

export const thisSystem = { win32: windows, darwin: macos }[process.platform as string] ?? linux;

/** Makes names equal that differ only in letter case. Both conversions are necessary: some file systems treat `ſ` as `s`. */
export function foldCase(name: string): string {
  return name.toUpperCase().toLowerCase();
}
