import { Command } from 'commander';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { commands } from '../../src/cli/commands.ts';
import { dotenvText } from '../../src/cli/dotenv.ts';
import { inputReader, inputsOf, loginInputs } from '../../src/cli/inputs.ts';
import { addInputOptions, valuesOf, withoutSwitchValues } from '../../src/cli/options.ts';
import { readDownloadInputs } from '../../src/config/download.ts';
import { parseHeaderRule } from '../../src/config/headerRules.ts';
import { isSkipped } from '../../src/config/ifNoCredentials.ts';
import { readLinkInputs } from '../../src/config/links.ts';
import { readLoginInputs } from '../../src/config/login.ts';
import { readRemoveInputs } from '../../src/config/remove.ts';
import { readUploadInputs } from '../../src/config/upload.ts';
import { readWorkspacesInputs } from '../../src/config/workspaces.ts';
import { headersFor, unmatchedRules } from '../../src/files/headers.ts';
import { readPatterns, resolveFolder } from '../../src/files/pattern.ts';
import { linux, windows } from '../../src/files/system.ts';
import { registerSecret } from '../../src/text/secrets.ts';
import { damagedText, hostileText, longText, nearly, secret } from './arbitraries.ts';
import { checkError, checkText, failsWell, fuzz, isLinear, textOf } from './properties.ts';

/** A password that the user never declared as a secret: only its place says what it is. */
const password = 'hunter2-of-the-user';

const text = fc.oneof(hostileText, longText, fc.constant(secret));
const choice = (...values: string[]) => nearly(...values, 'true', 'false', 'auto', '');
const url = nearly(
  'https://iam.example.org/realms/master',
  'http://localhost:8080/',
  `https://user:${password}@iam.example.org/realms/master`,
  `https://iam.example.org/?token=${password}`,
  `https://iam.example.org/#${password}`,
);
const link = nearly(
  'https://storage.example.org/b/_links.html?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260101T000000Z&X-Amz-Signature=hunter2-of-the-user',
  `https://user:${password}@storage.example.org/b/_links.html`,
  `https://storage.example.org/b/_links.html?token=${password}`,
  'links.json',
  's3://bucket/prefix',
);
const pem = nearly(
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  '-----BEGIN PRIVATE KEY-----\nhunter2-of-the-user\n-----END PRIVATE KEY-----',
  '/no/such/file.pem',
);
const path = nearly(
  'dist',
  'dist/**',
  '!dist/*.map',
  '~/site',
  './a/../b',
  '# comment',
  'a[b]c/?.txt',
  'C:\\site',
  '\\\\host\\share\\a',
);
const lines = (line: fc.Arbitrary<string>) =>
  fc
    .array(fc.oneof({ weight: 3, arbitrary: line }, hostileText), { maxLength: 5 })
    .map((all) => all.join('\n'));
const headerLine = nearly(
  'Cache-Control: no-store',
  '**/*.js Content-Type: text/javascript; charset=utf-8',
  '/assets/* x-amz-meta-build: 7',
  '[ab].txt Content-Language: en',
  '{a,b} Content-Encoding: gzip',
);

/** A value for each input: mostly one that is nearly valid. */
const grammar: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'client-id': nearly('the-app'),
  'client-secret': fc.constantFrom(secret, secret, ''),
  'github-token': fc.constantFrom(secret, ''),
  audience: text,
  workspace: nearly('main', ''),
  destination: nearly('reports/main', 'previews/7/', '/', ''),
  platforms: nearly('gep', 'gep other'),
  scope: nearly('openid email'),
  issuer: url,
  'api-url': url,
  'ca-certificates': pem,
  path: lines(path),
  pattern: lines(path),
  root: path,
  headers: lines(headerLine),
  from: fc.oneof(link, fc.constant('')),
  'expires-in': nearly('15m', '12h', '7d'),
  'older-than': nearly('14d'),
  'keep-last': nearly('3'),
  'part-size': nearly('64MiB', '5 GiB'),
  concurrency: nearly('8'),
  title: nearly('Docs preview'),
  'comment-key': nearly('docs'),
  'pull-request': nearly('7'),
  environment: nearly('preview/pr-7'),
  release: nearly('v1.2.3'),
  'share-with-users': lines(nearly('jane')),
  'share-with-groups': lines(nearly('team')),
};
const flag = choice(
  'error',
  'skip',
  'warn',
  'ignore',
  'inside',
  'follow',
  'always',
  'changed',
  'never',
  'session',
  'platform',
  'none',
);

const names = [...new Set([...Object.values(inputsOf).flat(), ...loginInputs].map(({ name }) => name))];

/** Every secret would be redacted from now on, so all cases have the same. */
const isSecret = (name: string) => name === 'client-secret' || name === 'github-token';

/** Values of inputs: a run gives some of them. */
const values = fc
  .subarray(names)
  .chain((given) =>
    fc.record(
      Object.fromEntries(
        given.map((name) => [
          name,
          isSecret(name)
            ? (grammar[name] ?? flag)
            : fc.oneof({ weight: 6, arbitrary: grammar[name] ?? flag }, text),
        ]),
      ),
    ),
  ) as fc.Arbitrary<Readonly<Record<string, string>>>;

/** Whether the place of the password says that it is one. */
const hides: Readonly<Record<string, RegExp>> = {
  issuer: /[?#].*hunter2|:.*hunter2.*@/s,
  'api-url': /[?#].*hunter2|:.*hunter2.*@/s,
  from: /[?#].*hunter2|:.*hunter2.*@/s,
  'ca-certificates': /[\r\n]|-----(?:BEGIN|END)/,
};

function mayShow(name: string, value: string): boolean {
  return value.includes(password) && !hides[name]?.test(value.trim());
}

const readers = {
  upload: readUploadInputs,
  links: readLinkInputs,
  remove: readRemoveInputs,
  download: readDownloadInputs,
  workspaces: readWorkspacesInputs,
  login: readLoginInputs,
};

describe.each(Object.entries(readers))('inputs of %s', (_, read) => {
  fuzz(
    `inputs of ${_} are valid, or refused in one error`,
    fc.tuple(values, fc.boolean()),
    async ([given, keyless]) => {
      const raw = (name: string) => given[name] ?? '';
      registerSecret(secret);
      const error = await failsWell(() => read(raw, registerSecret, keyless, ['Log in.']));
      await failsWell(() => isSkipped(keyless, raw));
      if (!error) return;
      expect(['invalid-input', 'no-credentials']).toContain(error.code);
      const isShown = Object.entries(given).some(([name, value]) => mayShow(name, value));
      if (!isShown && textOf(error).includes(password)) throw new Error(`A password in: ${textOf(error)}`);
    },
    { share: 0.5 },
  );
});

describe('the inputs that were read', () => {
  fuzz('a destination never leaves the workspace', grammar['destination'] ?? text, async (destination) => {
    const raw = (name: string) =>
      ({ destination, path: 'x', workspace: 'w', 'client-id': 'c', 'client-secret': secret })[name] ?? '';
    let read: { readonly destination: string } | undefined;
    await failsWell(() => {
      read = readUploadInputs(raw, registerSecret);
    });
    if (!read) return;
    expect(read.destination).not.toMatch(/^\/|\/$|\/\/|(?:^|\/)\.{1,2}(?:\/|$)|\p{Cc}|\\/u);
  });
});

describe('header rules', () => {
  fuzz(
    'set a header that S3 stores, or are refused',
    fc.tuple(headerLine, fc.array(hostileText, { maxLength: 3 })),
    ([line, files]) => {
      const rule = parseHeaderRule(line.replace(/[\r\n]/g, ' '));
      if (!rule) return;
      expect(rule.name).toMatch(/^[a-z0-9-]+$/);
      expect(rule.value).toMatch(/^[\x20-\x7e]+$/);
      const headers = headersFor(files[0] ?? 'a', [rule]);
      expect(Object.keys(headers).every((name) => name === rule.name)).toBe(true);
      checkText(...unmatchedRules([rule], files, '/root', 'destination').map(({ text: shown }) => shown));
    },
  );
  test('take linear time', () => {
    for (const part of ['a', '*', '**/', '[', '{a,', '?', ' ', 'a:', '/', '!('])
      isLinear((length) => `${part.repeat(length / part.length)} Cache-Control: x`, parseHeaderRule, 7_500);
  });
});

describe('path lines', () => {
  const system = fc.constantFrom(linux, windows);
  fuzz(
    'are patterns, or refused',
    fc.tuple(lines(path), fc.array(hostileText, { maxLength: 3 }), system),
    async ([given, files, where]) => {
      const cwd = where.windows ? 'C:\\work' : '/work';
      await failsWell(() => {
        const all = given
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean);
        for (const pattern of readPatterns(all, cwd, where.windows ? 'C:\\home' : '/home', where)) {
          expect(where.paths.isAbsolute(pattern.searchPath)).toBe(true);
          for (const name of [...files, 'a/b.txt', ''])
            if (pattern.matches(name) && name !== '')
              expect(pattern.mayMatchBelow(name.split('/')[0] ?? '') || !name.includes('/')).toBe(true);
          pattern.spells('.git', '.');
          pattern.covers('a');
        }
        resolveFolder(all[0] ?? '.', cwd, undefined, where);
      });
    },
  );
});

describe('command lines', () => {
  const option = fc.constantFrom(
    ...commands.flatMap(({ inputs }) =>
      inputs
        .filter(({ kind }) => kind !== 'secret')
        .flatMap(({ name }) => [`--${name}`, `--no-${name}`, `--${name}=true`, `--${name}-file`]),
    ),
  );
  const args = fc.array(
    fc.oneof(
      { weight: 2, arbitrary: damagedText(option) },
      option,
      hostileText,
      fc.constantFrom('--', 'true', 'false', '-w', 'x', `--client-secret=${secret}`),
    ),
    { maxLength: 8 },
  );
  fuzz(
    'are parsed, or refused without the value of a secret',
    fc.tuple(args, fc.constantFrom(...commands)),
    async ([given, { inputs }]) => {
      const command = new Command('x')
        .exitOverride()
        .configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
      command.argument('[a...]');
      addInputOptions(command, inputs);
      try {
        command.parse(withoutSwitchValues(given, inputs), { from: 'user' });
      } catch (error) {
        expect((error as { code?: string }).code).toMatch(/^commander\./);
        return;
      }
      await failsWell(() => {
        const read = valuesOf(command, inputs);
        for (const { name } of inputs) inputReader(read.given, {}, [['from'], ['workspace']])(name);
      });
    },
  );
});

describe('the dotenv file', () => {
  const value = fc.oneof(
    hostileText,
    longText,
    nearly('https://storage.example.org/a?X-Amz-Signature=1', '7'),
  );
  fuzz(
    'has one line for each output, within the limits of GitLab',
    fc.tuple(fc.dictionary(fc.constantFrom('url', 's3-uri', 'expires-at', 'file-count'), value), value),
    ([outputs, job]) => {
      const written = dotenvText(new Map(Object.entries(outputs)), job);
      expect(Buffer.byteLength(written)).toBeLessThan(5 * 1024);
      for (const line of written.split('\n').slice(0, -1))
        expect(line).toMatch(/^TERRAPI_[A-Z0-9_]+=[^$\p{Cc}]*$/u);
    },
  );
});

test('an error of JavaScript is not an error of the project', () => {
  expect(() => checkError(new TypeError('x'))).toThrow(TypeError);
});
