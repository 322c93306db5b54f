import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { install } from './cache.ts';
import type { Part } from './cache.ts';
import { run } from './command.ts';
import { findJava } from './jdk.ts';

const keycloakVersion = '26.7.3';
const minioVersion = 'v0.0.0-20260212201848-7aac2a2c5b7c';
const mavenPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

/**
 * Settings that Keycloak wants to know when it is built, not when it is started. No health checks: they would open a
 * second port, and a discovery document that is answered says the same.
 */
const buildSettings = ['--db=dev-mem', '--features=client-auth-federated'];

/** What is needed to start the two parts. */
export interface InstalledParts {
  /** Keycloak's home folder. */
  readonly keycloak: string;
  /** Home folder of the Java to run it with. */
  readonly java: string;
  /** The MinIO program. */
  readonly minio: string;
}

/**
 * Installs Keycloak and MinIO in their pinned versions, side by side, unless they are there.
 *
 * @param environment of this process: names the tools, and is passed on to them
 * @param report is told, in a sentence, what is begun and takes minutes
 * @throws when Java, Maven or Go are missing, or fail, saying which
 */
export async function installParts(
  cache: string,
  environment: NodeJS.ProcessEnv,
  report: (message: string) => void,
): Promise<InstalledParts> {
  const java = await findJava(environment);
  const javaEnvironment = { ...environment, JAVA_HOME: java };
  const [keycloak, minio] = await Promise.all([
    install(keycloakPart(javaEnvironment, report), cache),
    install(minioPart(environment, report), cache),
  ]);
  return { keycloak, java, minio: join(minio, 'minio') };
}

function keycloakPart(environment: NodeJS.ProcessEnv, report: (message: string) => void): Part {
  return {
    name: `keycloak-${keycloakVersion}-${createHash('sha256').update(buildSettings.join()).digest('hex').slice(0, 8)}`,
    async fill(folder) {
      report(`Getting Keycloak ${keycloakVersion} by Maven and building it (about a minute)`);
      // Maven leaves notes where it runs; here they go with the rest of the folder.
      const unpacked = join(folder, 'unpacked');
      await mkdir(unpacked);
      const artifact = `org.keycloak:keycloak-quarkus-dist:${keycloakVersion}:zip`;
      await run(
        'mvn',
        ['-B', '-q', `${mavenPlugin}:unpack`, `-Dartifact=${artifact}`, `-DoutputDirectory=${unpacked}`],
        { folder: unpacked, environment, needs: 'Maven' },
      );
      const home = join(unpacked, `keycloak-${keycloakVersion}`);
      await run(join(home, 'bin', 'kc.sh'), ['build', ...buildSettings], {
        folder,
        environment,
        needs: 'bash',
      });
      for (const name of await readdir(home)) await rename(join(home, name), join(folder, name));
      await rm(unpacked, { recursive: true });
    },
  };
}

function minioPart(environment: NodeJS.ProcessEnv, report: (message: string) => void): Part {
  return {
    name: `minio-${minioVersion}`,
    async fill(folder) {
      report(`Compiling MinIO of ${minioVersion} by Go (about four minutes)`);
      await run('go', ['install', `github.com/minio/minio@${minioVersion}`], {
        folder,
        environment: { ...environment, GOBIN: folder },
        needs: 'Go',
      });
    },
  };
}
