import { describe, expect, test } from '@jest/globals';

import { folderWith } from '../support/folder.ts';
import { type Subject, errorOf, runSubject, visibleText } from '../support/subject.ts';
import { serveProxy } from '../unit/servers.ts';

/** Proxies, as the environment of the runner sets them. */
export function proxyCases(subject: () => Subject): void {
  const upload = (env: Record<string, string>) =>
    runSubject(
      subject(),
      'upload',
      { path: '.', issuer: 'https://iam.corp.invalid/realms/master' },
      { cwd: folderWith({ 'a.txt': 'a' }), env },
    );

  describe('a proxy', () => {
    test.each([
      ['ci:50%off', 'ci:50%off'],
      ['ci:50%25off', 'ci:50%off'],
      ['ci:100%', 'ci:100%'],
      ['c%40i:p@ss/w#rd?', 'c@i:p@ss/w#rd?'],
      ['ci', 'ci:'],
    ])('gets the user name and password that the variable contains: %s', async (user, sent) => {
      await using proxy = await serveProxy(403);
      const run = await upload({ HTTPS_PROXY: proxy.url.replace('//', `//${user}@`) });
      expect(proxy.tunnels).toEqual([
        { to: 'iam.corp.invalid:443', authorization: `Basic ${Buffer.from(sent).toString('base64')}` },
      ]);
      expect([run.exitCode, errorOf(run)]).toEqual([
        1,
        expect.stringContaining('the proxy answers with 403'),
      ]);
      if (user.includes(':')) expect(visibleText(run)).not.toContain(user);
    });

    test('is not used for hosts that NO_PROXY names in any form', async () => {
      await using proxy = await serveProxy(403);
      // None of these hosts exists, which takes 7 s to find out, so they run at once.
      const names = [
        '*.corp.invalid',
        'https://iam.corp.invalid',
        '.corp.invalid',
        '10.0.0.0/8, IAM.corp.invalid:443',
      ];
      const runs = await Promise.all(names.map((name) => upload({ HTTPS_PROXY: proxy.url, NO_PROXY: name })));
      for (const run of runs) expect(errorOf(run)).toMatch(/^Issuer \S+ cannot be reached: its name /);
      expect(proxy.tunnels).toEqual([]);
    });
  });
}
