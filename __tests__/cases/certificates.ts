import { describe, expect, test } from '@jest/globals';

import type { Platform, PlatformOptions } from '../../platform/platform.ts';
import { folderWith } from '../support/folder.ts';
import { type Subject, errorOf, runSubject } from '../support/subject.ts';

/** A platform with a private certificate. */
export function certificateCases(
  entries: Subject['entries'],
  start: (options: PlatformOptions) => Promise<Platform>,
): void {
  describe.each(['self-signed', 'private-ca'] as const)('a platform with a certificate that is %s', (tls) => {
    test('is rejected, then trusted through ca-certificates (text and path), then through tls-verify: false', async () => {
      const platform = await start({ tls });
      try {
        const pem = platform.caCertificate ?? '';
        expect(pem).toContain('BEGIN CERTIFICATE');
        const cwd = folderWith({ 'a.txt': 'trusted', 'ca.pem': pem });
        const upload = (inputs: Record<string, string>) =>
          runSubject({ platform, entries }, 'upload', { path: 'a.txt', ...inputs }, { cwd });

        const refused = await upload({ 'ca-certificates': '' });
        expect(refused.exitCode).toBe(1);
        expect(errorOf(refused)).toMatch(/has a certificate that is not trusted/);
        expect(errorOf(refused)).toMatch(/'ca-certificates'.*'tls-verify: false'/);
        expect(refused.seconds).toBeLessThan(25);

        for (const trust of [{ 'ca-certificates': pem }, { 'ca-certificates': 'ca.pem' }]) {
          const trusted = await upload(trust);
          expect([trusted.exitCode, errorOf(trusted)]).toEqual([0, '']);
          expect(trusted.log).not.toContain('::warning');
        }

        const unchecked = await upload({ 'ca-certificates': '', 'tls-verify': 'false' });
        expect([unchecked.exitCode, errorOf(unchecked)]).toEqual([0, '']);
        expect(unchecked.log.match(/^::warning/gm)).toHaveLength(1);
        expect(unchecked.log).toMatch(/^::warning .*::'tls-verify: false' turns off certificate checks/m);
      } finally {
        await platform.stop();
      }
    });
  });
}
