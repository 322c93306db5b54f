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
 * Keycloak's build-time settings. Health checks are off, because they need a second port. A request for the discovery document does the same.
 */
const buildSettings = ['--db=dev-mem', '--features=client-auth-federated'];

/** Paths of the installed parts. */
export interface InstalledParts {
  /** Keycloak's home folder. */
  readonly keycloak: string;
  /** Home folder of its Java. */
  readonly java: string;
  /** The MinIO program. */
  readonly minio: string;
}

/**
 * Installs the pinned versions of Keycloak and MinIO at the same time, unless they are installed.
 *
 * @param environment of this process. It is passed on to the tools
 * @param report called with a sentence for each step that takes minutes
 * @throws an error that names the tool, if Java, Maven or Go is missing or fails
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
      report(`Downloading Keycloak ${keycloakVersion} with Maven and building it (about a minute)`);
      // Maven writes files to its working directory. They are deleted with this folder.
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
      report(`Compiling MinIO ${minioVersion} with Go (about four minutes)`);
      await run('go', ['install', `github.com/minio/minio@${minioVersion}`], {
        folder,
        environment: { ...environment, GOBIN: folder },
        needs: 'Go',
      });
    },
  };
}
