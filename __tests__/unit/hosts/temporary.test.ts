import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { createTempFolder as makeTemporaryFolder, writeTempFile } from '../../../src/hosts/temporary.ts';
import { failureOf } from '../failure.ts';
import { temporaryFolder } from '../folders.ts';

describe('the folder for temporary files', () => {
  test('is created in the first writable place, and the others are returned with their errors', () => {
    using place = temporaryFolder();
    writeFileSync(path.join(place.path, 'file'), '');
    const { folder, refused } = makeTemporaryFolder(
      [
        ['RUNNER_TEMP', path.join(place.path, 'file')],
        ['TMPDIR', 'relative'],
        ['the folder', place.path],
      ],
      'RUNNER_TEMP',
    );
    expect(path.dirname(folder)).toBe(place.path);
    expect(readdirSync(folder)).toEqual([]);
    expect(refused).toEqual([
      expect.stringMatching(/^RUNNER_TEMP '.*file' \((?:ENOTDIR|ENOENT)\)$/),
      "TMPDIR 'relative' (it is not an absolute path)",
    ]);
  });

  test('that cannot be created anywhere is an error before anything is sent', () => {
    const error = failureOf(() => makeTemporaryFolder([['RUNNER_TEMP', '/no/such/folder']], 'RUNNER_TEMP'));
    expect(error).toMatchObject({
      code: 'temporary-files',
      message: "No folder for temporary files is writable: RUNNER_TEMP '/no/such/folder' (ENOENT)",
    });
    expect(error.hint).toContain('Nothing was sent');
  });

  test('keeps no part of a file that could not be written', () => {
    using place = temporaryFolder();
    const error = failureOf(() =>
      writeTempFile(place.path, 'half', (file) => {
        writeFileSync(file, 'half');
        throw new Error('ENOSPC: no space left on device, write');
      }),
    );
    expect(error.message).toMatch(/^File .*half could not be written: ENOSPC/);
    expect(existsSync(path.join(place.path, 'half'))).toBe(false);
  });
});
