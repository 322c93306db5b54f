import { rm } from 'node:fs/promises';

/** Removes the bundle of `sourceBundle.ts`. */
// eslint-disable-next-line no-restricted-exports -- Jest calls the default export
export default async function removeSourceBundle(): Promise<void> {
  const folder = process.env['SOURCE_BUNDLE'];
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}
