import path from 'node:path';

/** How an operating system names its files. */
export interface System {
  readonly paths: path.PlatformPath;
  /** `\` separates folders, as `/` does. */
  readonly windows: boolean;
  /** `dist` and `Dist` are one name. */
  readonly ignoresCase: boolean;
}

export const linux: System = { paths: path.posix, windows: false, ignoresCase: false };
export const macos: System = { paths: path.posix, windows: false, ignoresCase: true };
export const windows: System = { paths: path.win32, windows: true, ignoresCase: true };

export const thisSystem = { win32: windows, darwin: macos }[process.platform as string] ?? linux;

/** A text by which two names that differ in letter case alone are equal: `ſ` is an `s` to some file systems. */
export function foldCase(name: string): string {
  return name.toUpperCase().toLowerCase();
}
