import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import {
  clientApp,
  keylessApps,
  outsiderApp,
  person,
  platformScope,
  publicApp,
  sharedFolders,
  workspaces,
} from './catalogue.ts';
import { startEmbeddedPlatform } from './embedded/index.ts';
import type { Platform, PlatformOptions } from './platform.ts';
import { subjectOf } from './tokens/job.ts';
import { actionCommand, walkThrough, writeCaFile } from './walkthrough.ts';

const usage = `Usage: npm run platform -- [embedded|real] [options]

Starts an issuer, a TerrAPI stand-in and an S3 server on this machine. Ctrl+C stops them.
embedded (the default) needs only Node.js; real runs Keycloak and MinIO.

  --tls none|self-signed|private-ca  serve all three over HTTPS on localhost (default: none)
  --session-seconds N                lifetime of a storage session (default: 900)
  --token-seconds N                  lifetime of an access token (default: 3600)
  --port N                           first of four ports to listen on (default: any free ports)
  --help                             print this text
`;

type Kind = Platform['kind'];
type Starter = (options: PlatformOptions) => Promise<Platform>;

const tlsModes = ['none', 'self-signed', 'private-ca'] as const;

/**
 * Reads the command line.
 *
 * @returns `undefined` for `--help`
 * @throws Error that says which argument is wrong
 */
function readArguments(args: string[]): { kind: Kind; options: PlatformOptions } | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      tls: { type: 'string' },
      'session-seconds': { type: 'string' },
      'token-seconds': { type: 'string' },
      port: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return undefined;
  const [kind = 'embedded', ...rest] = positionals;
  if (kind !== 'embedded' && kind !== 'real') {
    throw new Error(`Unknown platform "${kind}": use embedded or real.`);
  }
  if (rest.length > 0)
    throw new Error(`Too many arguments: "${rest.join(' ')}". Only one platform can be started.`);
  const tls = tlsModes.find((mode) => mode === (values.tls ?? 'none'));
  if (tls === undefined) throw new Error(`Invalid --tls "${values.tls ?? ''}": use ${tlsModes.join(', ')}.`);
  const sessionSeconds = readNumber('session-seconds', values['session-seconds'], 1, 7 * 24 * 3600);
  const accessTokenSeconds = readNumber('token-seconds', values['token-seconds'], 1, 7 * 24 * 3600);
  const port = readNumber('port', values.port, 1, 65_532);
  return {
    kind,
    options: {
      tls,
      ...(sessionSeconds !== undefined && { sessionSeconds }),
      ...(accessTokenSeconds !== undefined && { accessTokenSeconds }),
      ...(port !== undefined && { port }),
    },
  };
}

function readNumber(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most) {
    throw new Error(`Invalid --${name} "${text}": use a whole number from ${least} to ${most}.`);
  }
  return number;
}

async function starterOf(kind: Kind): Promise<Starter> {
  if (kind === 'embedded') return startEmbeddedPlatform;
  // The embedded platform must start on machines without the parts of the real one.
  const module = (await import(new URL('real/index.ts', import.meta.url).href)) as {
    startRealPlatform: Starter;
  };
  return module.startRealPlatform;
}

function describe(platform: Platform, caFile: string | undefined): string {
  const list = (names: Readonly<Record<string, string>>): string =>
    Object.entries(names)
      .map(([label, name]) => `  ${name}  (${label})`)
      .join('\n');
  return [
    `The ${platform.kind} platform is running. Press Ctrl+C to stop it.`,
    '',
    `issuer    ${platform.issuer}`,
    `api-url   ${platform.apiUrl}`,
    `storage   ${platform.storageUrl}`,
    ...(caFile === undefined ? [] : [`trust     ${caFile}`]),
    '',
    'client app                      secret',
    `${clientApp.id.padEnd(32)}${clientApp.secret}`,
    `${outsiderApp.id.padEnd(32)}${outsiderApp.secret}  (has no access to any workspace)`,
    '',
    'client for people               account and password',
    `${publicApp.id.padEnd(32)}${person.name}, ${platform.kind === 'real' ? person.password : 'no password: the login page has a button'}`,
    '',
    'client app without a secret     subject of its identity tokens',
    ...Object.values(keylessApps).map(({ id, job }) => `${id.padEnd(32)}${subjectOf(job)}`),
    '',
    'variables of a job that may request identity tokens (for the first of these apps)',
    ...Object.entries(platform.tokenService.environment).map(([name, value]) => `  ${name}=${value}`),
    '',
    'workspaces',
    list(workspaces),
    'shared folders',
    list(sharedFolders),
    '',
    'Run the action against it, in a second terminal and in this folder:',
    '',
    actionCommand(platform, caFile),
    '',
    'Or log in as a person, and list the workspaces:',
    '',
    `export TERRAPI_ISSUER=${platform.issuer} TERRAPI_API_URL=${platform.apiUrl} \\`,
    `  TERRAPI_CLIENT_ID=${publicApp.id} TERRAPI_PLATFORMS=${platformScope}${caFile === undefined ? '' : ` TERRAPI_CA_CERTIFICATES=${caFile}`}`,
    'node_modules/.bin/node dist/cli.js login && node_modules/.bin/node dist/cli.js workspaces',
    '',
    'Or call the APIs with curl:',
    '',
    walkThrough(platform, caFile),
    '',
  ].join('\n');
}

async function stopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

async function run({ kind, options }: { kind: Kind; options: PlatformOptions }): Promise<void> {
  // The listeners come first, so that an early Ctrl+C leaves nothing behind either.
  const stop = stopped();
  const start = await starterOf(kind);
  const platform = await start(options);
  const caFile = writeCaFile(platform);
  process.stdout.write(describe(platform, caFile));
  await stop;
  await platform.stop();
  if (caFile !== undefined) rmSync(dirname(caFile), { recursive: true });
}

let given: ReturnType<typeof readArguments>;
try {
  given = readArguments(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n\n${usage}`);
  process.exit(2);
}
if (given === undefined) process.stdout.write(usage);
else {
  await run(given).catch((error: unknown) => {
    process.stderr.write(`The ${given.kind} platform did not start: ${messageOf(error)}\n`);
    process.exitCode = 1;
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
