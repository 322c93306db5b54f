import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The oldest Java version that Keycloak supports. */
export const oldestJava = 21;

const folders = ['/usr/lib/jvm', '/Library/Java/JavaVirtualMachines'];

interface Candidate {
  readonly home: string;
  readonly version: number;
}

/**
 * Finds the Java installation for Keycloak: `JAVA_HOME` if it is new enough, else the newest in the usual folders of Linux and macOS.
 *
 * @returns its home folder
 * @throws an error that lists the installations found, if none has Java 21 or later
 */
export async function findJava(environment: NodeJS.ProcessEnv): Promise<string> {
  const named = environment['JAVA_HOME'] === undefined ? [] : await candidate(environment['JAVA_HOME']);
  const chosen = named.find(({ version }) => version >= oldestJava);
  if (chosen !== undefined) return chosen.home;
  const installed = (await Promise.all(folders.map(candidatesIn))).flat();
  const [newest] = installed.toSorted((one, other) => other.version - one.version);
  if (newest !== undefined && newest.version >= oldestJava) return newest.home;
  const found = [...named, ...installed].map(({ home, version }) => `${home} (${version})`);
  throw new Error(
    `Keycloak needs Java ${oldestJava} or later in JAVA_HOME or below ${folders.join(' or ')}; ` +
      `found: ${found.join(', ') || 'none'}`,
  );
}

async function candidatesIn(folder: string): Promise<Candidate[]> {
  const names = await readdir(folder).catch(() => []);
  const homes = names.flatMap((name) => [join(folder, name), join(folder, name, 'Contents', 'Home')]);
  return (await Promise.all(homes.map(candidate))).flat();
}

/** Reads the version from the file `release`. Empty if `home` has no Java. */
async function candidate(home: string): Promise<Candidate[]> {
  const release = await readFile(join(home, 'release'), 'utf8').catch(() => '');
  const version = /^JAVA_VERSION="(\d+)/m.exec(release)?.[1];
  return version === undefined ? [] : [{ home, version: Number(version) }];
}
