import { type PlatformInputs, readPlatform } from './platform.ts';
import { type RawInput, Reader } from './reader.ts';

export interface LoginInputs extends PlatformInputs {
  /** Log in with a code on any device. */
  readonly device: boolean;
  /** Open the browser of this machine. */
  readonly browser: boolean;
}

/** Reads the options of the command `login`. It throws like {@link readUploadInputs}. */
export function readLoginInputs(raw: RawInput, mask: (secret: string) => void): LoginInputs {
  const reader = new Reader(raw, true);
  const inputs: LoginInputs = {
    ...readPlatform(reader, mask),
    device: reader.boolean('device', false),
    browser: reader.boolean('browser', true),
  };
  reader.finish();
  return Object.freeze(inputs);
}
