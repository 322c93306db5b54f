import { readUploadInputs } from '../../../src/config/upload.ts';
import { failureOf } from '../failure.ts';

export const secret = 'wrong-but-secret';

/** The required inputs of an upload. */
export const required = { 'client-id': 'app', 'client-secret': secret, workspace: 'gep-w', path: 'dist' };

/** The options of an upload with these inputs and the required ones. */
export function read(inputs: Readonly<Record<string, string>>) {
  const all: Readonly<Record<string, string>> = { ...required, ...inputs };
  return readUploadInputs(
    (name) => all[name] ?? '',
    () => undefined,
  );
}

/** The message about the only invalid input. */
export function problem(inputs: Readonly<Record<string, string>>): string {
  const { code, message, details } = failureOf(() => read(inputs));
  if (code !== 'invalid-input' || details.length > 0) throw new Error(`Not one invalid input: ${message}`);
  return message;
}
