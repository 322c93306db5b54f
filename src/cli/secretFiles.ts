import { readFile } from 'node:fs/promises';

import { ActionError, messageOf } from '../errors/error.ts';

/**
 * Reads secrets from files.
 * @param files paths by input; `-` is standard input, for one input only
 * @throws ActionError `invalid-input`
 */
export async function readSecretFiles(
  files: ReadonlyMap<string, string>,
  stdin: AsyncIterable<Buffer | string>,
): Promise<ReadonlyMap<string, string>> {
  const fromStdin = [...files].filter(([, file]) => file === '-').map(([name]) => `--${name}-file`);
  if (fromStdin.length > 1)
    throw new ActionError('invalid-input', `${fromStdin.join(' and ')} cannot both read standard input`, {
      hint: `Use a file for one of them. Nothing was sent.`,
    });
  const secrets = new Map<string, string>();
  for (const [name, file] of files) secrets.set(name, await readSecret(name, file, stdin));
  return secrets;
}

async function readSecret(
  name: string,
  file: string,
  stdin: AsyncIterable<Buffer | string>,
): Promise<string> {
  const from = file === '-' ? 'Standard input' : `File ${file}`;
  const secret = await (file === '-' ? readAll(stdin) : readFile(file, 'utf8')).catch((error: unknown) => {
    throw new ActionError(
      'invalid-input',
      `${from} of --${name}-file could not be read: ${messageOf(error)}`,
      {
        hint: `Check the path and its permissions. Nothing was sent.`,
        cause: error,
      },
    );
  });
  if (secret.trim() === '')
    throw new ActionError('invalid-input', `${from} of --${name}-file is empty`, {
      hint: `Write the secret to it. Nothing was sent.`,
    });
  return secret.trim();
}

async function readAll(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
