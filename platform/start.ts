import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { clientApp, keylessApps, outsiderApp, sharedFolders, workspaces } from './catalogue.ts';
import { startEmbeddedPlatform } from './embedded/index.ts';
import type { Platform, PlatformOptions } from './platform.ts';
import { subjectOf } from './tokens/job.ts';
import { walkThrough, writeCaFile } from './walkthrough.ts';

const usage = `Usage: npm run platform -- [embedded|real] [options]

Starts an issuer, a TerrAPI stand-in and an S3 store on this machine, until Ctrl-C.
embedded (the default) needs nothing but Node; real runs Keycloak and MinIO.

  --tls none|self-signed|private-ca  serve all three over HTTPS on localhost (default none)
  --session-seconds N                life of a storage session (default 900)
  --token-seconds N                  life of an access token (default 3600)
  --port N                           first of the ports to listen on (default: any free ones)
  --help                             this text
`;

type Kind = Platform['kind'];
type Starter = (options: PlatformOptions) => Promise<Platform>;

const tlsModes = ['none', 'self-signed', 'private-ca'] as const;

/**
 * Reads the command's arguments.
 *
 * @returns `undefined` when help was asked for
 * @throws {Error} with a sentence for whoever typed them
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
    throw new Error(`There is no platform "${kind}"; say embedded or real.`);
  }
  if (rest.length > 0) throw new Error(`One platform at a time: "${rest.join(' ')}" is too much.`);
  const tls = tlsModes.find((mode) => mode === (values.tls ?? 'none'));
  if (tls === undefined) throw new Error(`--tls is ${tlsModes.join(', ')}; not "${values.tls ?? ''}".`);
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
    throw new Error(`--${name} is a whole number from ${least} to ${most}; not "${text}".`);
  }
  return number;
}

async function starterOf(kind: Kind): Promise<Starter> {
  if (kind === 'embedded') return startEmbeddedPlatform;
  // Not an import of its own: the embedded platform must start where the real one's parts are missing.
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
    `The ${platform.kind} platform is running; Ctrl-C stops it.`,
    '',
    `issuer    ${platform.issuer}`,
    `api-url   ${platform.apiUrl}`,
    `storage   ${platform.storageUrl}`,
    ...(caFile === undefined ? [] : [`trust     ${caFile}`]),
    '',
    'client app                      secret',
    `${clientApp.id.padEnd(32)}${clientApp.secret}`,
    `${outsiderApp.id.padEnd(32)}${outsiderApp.secret}  (may use no workspace)`,
    '',
    'client app without a secret     subject of its identity tokens',
    ...Object.values(keylessApps).map(({ id, job }) => `${id.padEnd(32)}${subjectOf(job)}`),
    '',
    'identity tokens, as a runner offers them (those of the first)',
    ...Object.entries(platform.tokenService.environment).map(([name, value]) => `  ${name}=${value}`),
    '',
    'workspaces',
    list(workspaces),
    'shared folders',
    list(sharedFolders),
    '',
    'Try it:',
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
  // Listens before anything is started, so that an early Ctrl-C leaves nothing behind either.
  const stop = stopped();
  const start = await starterOf(kind);
  const platform = await start(options);
  const caFile = writeCaFile(platform);
  process.stdout.write(describe(platform, caFile));
  await stop;
  await platform.stop();
  if (caFile !== undefined) rmSync(dirname(caFile), { recursive: true });
}

let asked: ReturnType<typeof readArguments>;
try {
  asked = readArguments(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n\n${usage}`);
  process.exit(2);
}
if (asked === undefined) process.stdout.write(usage);
else {
  await run(asked).catch((error: unknown) => {
    process.stderr.write(`The ${asked.kind} platform did not start: ${messageOf(error)}\n`);
    process.exitCode = 1;
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
