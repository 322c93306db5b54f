import { statSync, writeFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { wantsPreview } from '../../../src/commands/autoPreview.ts';
import type { UploadInputs } from '../../../src/config/upload.ts';
import type { Text } from '../../../src/hosts/host.ts';
import type { Put } from '../../../src/sync/plan.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';

let folder: TemporaryFolder;

beforeAll(() => {
  folder = temporaryFolder();
});

afterAll(() => folder[Symbol.dispose]());

const page = '<!doctype html><link rel="stylesheet" href="style.css"><script src="app.js"></script>';

function putOf(name: string, content: string): Put {
  const path = folder.at(name);
  writeFileSync(path, content);
  const { size, mtimeMs, dev, ino } = statSync(path);
  const file = { path, name, size, mtimeMs, dev, ino, linked: false };
  const contentType = name.endsWith('.html') ? 'text/html; charset=utf-8' : 'text/css; charset=utf-8';
  return { file, name, key: `ci/d/${name}`, contentType, headers: {}, generated: false };
}

interface Given {
  readonly html?: string;
  readonly preview?: UploadInputs['preview'];
  readonly links?: UploadInputs['links'];
  readonly dryRun?: boolean;
  readonly isForFork?: boolean;
  readonly entry?: Partial<Put>;
}

async function decide({ html = page, isForFork = false, entry = {}, ...inputs }: Given) {
  const lines: Text[] = [];
  const puts = [
    ...['app.js', 'style.css', 'y.css', 'z.css'].map((name) => putOf(name, '')),
    { ...putOf('index.html', html), ...entry },
  ];
  const host = { log: { info: (line: Text) => lines.push(line) }, run: { isForFork } };
  const decided = await wantsPreview(
    host as unknown as Parameters<typeof wantsPreview>[0],
    { preview: 'auto', links: 'auto', dryRun: false, ...inputs },
    { puts },
    '/bucket/ci/d/',
  );
  return { decided, lines };
}

test('a page that needs other files is published as a preview, and one line names them', async () => {
  expect(await decide({})).toEqual({
    decided: true,
    lines: [`Preview: yes, because index.html needs style.css, app.js ('preview: false' turns it off)`],
  });
  const [line] = (await decide({ dryRun: true })).lines;
  expect(line).toMatch(/^Preview: would publish one, because index\.html needs style\.css, app\.js /);
});

test('with true and false, no file is read', async () => {
  for (const preview of [true, false]) {
    const entry = { file: { ...putOf('index.html', page).file, path: folder.at('missing') } };
    expect(await decide({ preview, entry })).toEqual({ decided: preview, lines: [] });
  }
});

test('a page that needs no other file has no preview, and no line', async () => {
  expect(await decide({ html: '<p>All is well' })).toEqual({ decided: false, lines: [] });
});

describe('a page that needs other files has no preview', () => {
  const octets = { contentType: 'application/octet-stream' };
  const attachment = { headers: { 'content-disposition': 'attachment' } };
  test.each<[string, Given, RegExp]>([
    ['without links', { links: 'none' }, /'links: none'/],
    ['in a run for a fork', { isForFork: true }, /from a fork \('preview: true'/],
    ['stored as application/octet-stream', { entry: octets }, /'headers' .*\(application\/octet-stream\)/],
    ['stored as an attachment', { entry: attachment, isForFork: true }, /'headers' .*\(text\/html/],
  ])('%s, and one line says why', async (_, given, why) => {
    const { decided, lines } = await decide(given);
    expect([decided, lines]).toEqual([false, [expect.stringMatching(why)]]);
    expect(lines[0]).toMatch(/^Preview: no, because .*, although index\.html needs style\.css, app\.js$/);
  });
});

test('only the beginning of the page is read', async () => {
  const html = `<!doctype html>${' '.repeat(1024 ** 2)}<script src="app.js"></script>`;
  expect(await decide({ html })).toEqual({ decided: false, lines: [] });
});

test('the line names three files, and counts the others', async () => {
  const html = ['app.js', 'style.css', 'y.css', 'z.css'].map((name) => `<a href="${name}"></a>`).join('');
  expect((await decide({ html })).lines[0]).toContain('needs app.js, style.css, y.css and 1 more file (');
});

test('a page that cannot be read has no preview: the upload reports the error', async () => {
  const entry = { file: { ...putOf('index.html', page).file, path: folder.at('missing') } };
  expect(await decide({ entry })).toEqual({ decided: false, lines: [] });
});
