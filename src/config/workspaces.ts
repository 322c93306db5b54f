import { type PlatformInputs, readPlatform } from './platform.ts';
import { type RawInput, Reader } from './reader.ts';

/** Reads the inputs of the `workspaces` action. It masks and throws like {@link readUploadInputs}. */
export function readWorkspacesInputs(
  raw: RawInput,
  mask: (secret: string) => void,
  keyless = false,
  logIn: readonly string[] = [],
): PlatformInputs {
  const reader = new Reader(raw, keyless, logIn);
  const inputs = readPlatform(reader, mask);
  reader.finish();
  return Object.freeze(inputs);
}
