import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { freePort, startServer } from '../real/server.ts';
import type { InstalledGitea } from './install.ts';

/** Calls Gitea's API below `/api/v1`. The answer is parsed if it is JSON, else it is text. @throws Error for a status of 400 or more */
export type GiteaApi = <T = unknown>(method: string, path: string, body?: object) => Promise<T>;

/** A running Gitea, with an administrator. */
export interface Gitea {
  /** Without a slash at its end. */
  readonly url: string;
  readonly api: GiteaApi;
  /** The API for another token. */
  readonly apiAs: (token: string) => GiteaApi;
  /** Creates a user. @returns an access token with all scopes */
  readonly createUser: (name: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Starts Gitea on 127.0.0.1 with an empty SQLite database. */
export async function startGitea({ program, assets }: InstalledGitea): Promise<Gitea> {
  const folder = await mkdtemp(join(tmpdir(), 'upload-to-workspace-gitea-data-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = join(folder, 'app.ini');
  writeFileSync(config, settings({ folder, port, url, assets }));
  const environment = { ...process.env, HOME: folder, GITEA_WORK_DIR: folder };
  const server = await startServer({
    name: 'Gitea',
    command: program,
    arguments: () => ['web', '--config', config],
    environment,
    url,
    ready: async () => (await fetch(`${url}/api/healthz`)).ok,
    startMilliseconds: 180_000,
  });
  const createUser = async (name: string, ...more: string[]) => {
    const args = ['admin', 'user', 'create', '--config', config, '--username', name, '--random-password'];
    const token = ['--email', `${name}@example.org`, '--must-change-password=false', '--access-token'];
    const { stdout } = await promisify(execFile)(program, [...args, ...token, ...more], { env: environment });
    const [, created] = /token[^\n]*?\b([0-9a-f]{40})\b/i.exec(stdout) ?? [];
    if (created === undefined) throw new Error(`Gitea created no token: ${stdout}`);
    return created;
  };
  const apiAs = (token: string) => apiOf(url, token);
  return {
    url,
    api: apiAs(await createUser('root', '--admin')),
    apiAs,
    createUser: (name) => createUser(name),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function apiOf(url: string, token: string): GiteaApi {
  return async <T>(method: string, path: string, body?: object) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Gitea answered ${response.status} to ${method} ${path}: ${text}`);
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return (isJson && text !== '' ? JSON.parse(text) : text) as T;
  };
}

interface Settings {
  readonly folder: string;
  readonly port: number;
  readonly url: string;
  readonly assets: string;
}

/** Gitea's app.ini (Gitea, "Configuration Cheat Sheet"). */
function settings({ folder, port, url, assets }: Settings): string {
  return `
RUN_USER = ${userInfo().username}
RUN_MODE = prod
WORK_PATH = ${folder}
; Root runs the tests in containers.
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true

[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${port}
ROOT_URL = ${url}/
STATIC_ROOT_PATH = ${assets}
DISABLE_SSH = true
OFFLINE_MODE = true

[database]
DB_TYPE = sqlite3

[security]
INSTALL_LOCK = true
INTERNAL_TOKEN = ${randomBytes(24).toString('hex')}
SECRET_KEY = ${randomBytes(24).toString('hex')}
PASSWORD_HASH_ALGO = pbkdf2_v1

[service]
DEFAULT_KEEP_EMAIL_PRIVATE = true

[indexer]
ISSUE_INDEXER_TYPE = db

[log]
LEVEL = warn

[actions]
ENABLED = true
`;
}
