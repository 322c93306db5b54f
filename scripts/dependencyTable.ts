/**
 * Writes `docs/dependencies.md`: age, newest version, maintainers and licence of each direct dependency, as npm's registry gives them.
 *
 *     npm run dependency-table
 *
 * It needs the registry, and its figures change each day, so no check compares the page.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { format, resolveConfig } from 'prettier';

const root = join(import.meta.dirname, '..');
const page = join(root, 'docs', 'dependencies.md');
/** Requests to the registry at a time. */
const parallel = 6;
const dayMs = 24 * 3600 * 1000;
/** Age in days from which the newest version of a package is marked. */
const oldDays = 730;

/** A direct dependency, as the lock file, CONTRIBUTING.md and the registry describe it. */
export interface Dependency {
  readonly name: string;
  readonly purpose: string;
  readonly isBundled: boolean;
  readonly version: string;
  readonly licence: string;
  /** When this version was published, in milliseconds since the epoch; undefined if the registry does not say it. */
  readonly publishedAt: number | undefined;
  /** The version that npm installs by default, and when it was published. */
  readonly latest: string | undefined;
  readonly lastReleaseAt: number | undefined;
  /** Undefined if the registry does not list maintainers. */
  readonly maintainers: number | undefined;
  readonly isDeprecated: boolean;
}

/** The parts of the registry's answer that this script reads. */
export interface RegistryAnswer {
  readonly time?: Readonly<Record<string, string>>;
  readonly maintainers?: readonly string[] | string;
  readonly deprecated?: string;
  readonly 'dist-tags'?: { readonly latest?: string };
}

type Purpose = Pick<Dependency, 'purpose' | 'isBundled'>;

/** Reads the two tables of dependencies in CONTRIBUTING.md. The first one lists the packages of the bundle. */
export function purposesIn(contributing: string): Map<string, Purpose> {
  const [, section = ''] = contributing.split('\n## Dependencies\n');
  const [bundled = '', others = ''] = section.split('\n## ', 1)[0]?.split('only for development') ?? [];
  const rows = (text: string, isBundled: boolean) =>
    [...text.matchAll(/^\| (`.*?) *\| (.*?) *\|$/gm)].flatMap(([, names = '', purpose = '']) =>
      [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => [name, { purpose, isBundled }] as const),
    );
  return new Map([...rows(bundled, true), ...rows(others, false)]);
}

/** The dates and the maintainers in the registry's answer. */
export function factsOf(
  { time = {}, maintainers, deprecated, 'dist-tags': tags }: RegistryAnswer,
  version: string,
): Pick<Dependency, 'publishedAt' | 'latest' | 'lastReleaseAt' | 'maintainers' | 'isDeprecated'> {
  const dateOf = (wanted: string | undefined) => {
    const date = wanted === undefined ? undefined : time[wanted];
    return date === undefined ? undefined : Date.parse(date);
  };
  return {
    publishedAt: dateOf(version),
    latest: tags?.latest,
    lastReleaseAt: dateOf(tags?.latest),
    maintainers: maintainers === undefined ? undefined : [maintainers].flat().length,
    isDeprecated: deprecated !== undefined,
  };
}

/** The row of a dependency. What a maintainer of this project has to look at is bold. */
export function rowOf(dependency: Dependency, now: number): string {
  const { name, purpose, version, licence, publishedAt, maintainers } = dependency;
  const { latest = 'unknown', lastReleaseAt, isDeprecated } = dependency;
  const bold = (text: string, isMarked: boolean) => (isMarked ? `**${text}**` : text);
  const days = (date: number) => Math.max(0, Math.floor((now - date) / dayMs));
  const age = publishedAt === undefined ? 'unknown' : `${days(publishedAt)} days`;
  const last = lastReleaseAt === undefined ? 'unknown' : new Date(lastReleaseAt).toISOString().slice(0, 10);
  const isOld = lastReleaseAt !== undefined && days(lastReleaseAt) > oldDays;
  const cells = [
    `\`${name}\``,
    purpose,
    isDeprecated ? `**${version}, deprecated**` : version,
    age,
    latest,
    bold(last, isOld),
    bold(String(maintainers ?? 'unknown'), maintainers === 1),
    licence,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The whole page, before it is formatted. */
export function pageOf(dependencies: readonly Dependency[], now: number): string {
  const table = (isBundled: boolean) => [
    '| package | what it is for | version | its age | newest version | published | maintainers | licence |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...dependencies.filter((one) => one.isBundled === isBundled).map((one) => rowOf(one, now)),
    '',
  ];
  const unlisted = dependencies.filter(({ maintainers }) => maintainers === undefined).length;
  return [
    '# Dependencies',
    '',
    `\`npm run dependency-table\` wrote this page on ${new Date(now).toISOString().slice(0, 10)}. The dates and the maintainers come from the npm registry that the machine uses. A mirror of the registry can give later dates than the original.`,
    ...(unlisted > 0 ? [`This registry lists no maintainers of ${unlisted} packages.`] : []),
    '',
    'Bold: the newest version is more than two years old, there is one maintainer only, or the version is deprecated.',
    '',
    '## In the bundle',
    '',
    ...table(true),
    '## Only for development',
    '',
    ...table(false),
  ].join('\n');
}

async function ask(name: string): Promise<RegistryAnswer> {
  const fields = ['time', 'maintainers', 'deprecated', 'dist-tags'];
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { stdout } = await promisify(execFile)(npm, ['view', name, ...fields, '--json'], {
    cwd: root,
    maxBuffer: 64 * 1024 ** 2,
    shell: process.platform === 'win32',
  });
  return JSON.parse(stdout) as RegistryAnswer;
}

async function describe(name: string, { purpose, isBundled }: Purpose): Promise<Dependency> {
  const manifest = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8');
  const { version, license } = JSON.parse(manifest) as {
    readonly version: string;
    readonly license?: string;
  };
  return {
    name,
    purpose,
    isBundled,
    version,
    licence: license ?? 'unknown',
    ...factsOf(await ask(name), version),
  };
}

async function write(): Promise<void> {
  const purposes = [...purposesIn(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'))];
  const found: Dependency[] = [];
  const queue = purposes.values();
  const work = async () => {
    for (const [name, purpose] of queue) found.push(await describe(name, purpose));
  };
  await Promise.all(Array.from({ length: parallel }, work));
  const text = pageOf(
    found.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    Date.now(),
  );
  writeFileSync(page, await format(text, { ...(await resolveConfig(page)), filepath: page }));
}

if (import.meta.main) await write();
