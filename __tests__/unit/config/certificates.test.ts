import { writeFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';

import { temporaryFolder } from '../folders.ts';
import { problem, read } from './uploadInputs.ts';

describe('ca-certificates', () => {
  const certificate = async () => (await generate([{ name: 'commonName', value: 'ca' }])).cert;

  test('can be text with several certificates, any line ends, and comments between them', async () => {
    const [one, two] = [await certificate(), await certificate()];
    const { certificates } = read({
      'ca-certificates': `# one\r\n${one.replaceAll('\n', '\r\n')}\n# two\n${two}`,
    });
    expect(certificates).toHaveLength(2);
    expect(certificates[1]?.trim()).toBe(two.replaceAll('\r', '').trim());
  });

  test('can be the path of a file', async () => {
    using folder = temporaryFolder();
    writeFileSync(folder.at('ca.pem'), await certificate());
    expect(read({ 'ca-certificates': folder.at('ca.pem') }).certificates).toHaveLength(1);
  });

  test.each([
    '----BEGIN PRIVATE KEY-----\nMIIsecret',
    '-----BEGIN PRIVATE KEY----- MIIsecret',
    'MIIsecret -----END X',
  ])('are not quoted if they are damaged text: %j', (text) => {
    const message = problem({ 'ca-certificates': text });
    expect(message).toContain('PEM text');
    expect(message).not.toContain('MIIsecret');
  });

  test('are rejected if one of them is incomplete', async () => {
    const one = await certificate();
    expect(problem({ 'ca-certificates': `${one}\n${one.slice(0, 200)}` })).toContain('incomplete');
  });
});
