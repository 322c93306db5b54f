import { randomUUID } from 'node:crypto';
import { type Stats, constants } from 'node:fs';
import { chmod, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import * as v from 'valibot';

import { ActionError, isError, messageOf, systemCode } from '../errors/error.ts';
import { parseJson } from '../text/json.ts';
import { type LockOptions, acquireLock } from './fileLock.ts';
import { type LoginKey, loginFileName } from './loginNames.ts';

const loginSchema = v.object({
  issuer: v.string(),
  clientId: v.string(),
  /** Name of the account. */
  user: v.string(),
  /** The scopes that the login was requested with. */
  scope: v.array(v.string()),
  accessToken: v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/)),
  /** Milliseconds since the epoch, by this machine's clock. */
  accessFreshUntil: v.number(),
  accessUsableUntil: v.number(),
  refreshToken: v.optional(v.pipe(v.string(), v.minLength(1))),
  /** Milliseconds since the epoch; `null`: it does not expire; absent: unknown. */
  refreshExpiresAt: v.optional(v.nullable(v.number())),
});

/** A user's login: tokens of a public client. */
export type Login = Readonly<v.InferOutput<typeof loginSchema>>;

/** The file that keeps the login of one client at one issuer. Only the user can read it. */
export interface LoginFile {
  readonly path: string;
  /**
   * @param access `shared`: read the file although other users can access it, to revoke its tokens
   * @throws ActionError `login-file` if the file is unsafe or damaged
   */
  read(access?: 'private' | 'shared'): Promise<Login | undefined>;
  /**
   * Replaces the file atomically.
   * @throws ActionError `login-file`
   */
  write(login: Login): Promise<void>;
  /** @throws ActionError `login-file` */
  remove(): Promise<void>;
  /**
   * Runs `work` while no other process does so for the same login.
   * @throws ActionError `login-file` if the folder is not writable
   */
  locked<T>(work: () => Promise<T>, options: LockOptions): Promise<T>;
}

/** @param folder the user's folder for this program, see `userFolder`. It is created if it is missing */
export function loginFile(folder: string, key: LoginKey): LoginFile {
  const file = path.join(folder, loginFileName(key));
  return {
    path: file,
    read: (access = 'private') => guarded(file, 'read', () => readLogin(file, access)),
    write: (login) =>
      guarded(file, 'written', async () => {
        await prepareFolder(folder);
        await replaceFile(file, `${JSON.stringify(login, undefined, 2)}\n`);
      }),
    remove: () => guarded(file, 'removed', () => rm(file, { force: true })),
    locked: async (work, options) => {
      await guarded(file, 'written', () => prepareFolder(folder));
      const { release } = await guarded(file, 'locked', () => acquireLock(`${file}.lock`, options));
      try {
        return await work();
      } finally {
        await release();
      }
    },
  };
}

/** A login file that must not be used as it is. */
class UnsafeFile extends Error {
  readonly hint: string;
  constructor(reason: string, hint: string) {
    super(reason);
    this.hint = hint;
  }
}

async function guarded<T>(file: string, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isError(error) && error.name === 'AbortError') throw error;
    throw new ActionError('login-file', `Login file ${file} could not be ${what}: ${messageOf(error)}`, {
      hint:
        error instanceof UnsafeFile
          ? error.hint
          : `Check the permissions of this file and its folder, and the free disk space.`,
      cause: error,
    });
  }
}

async function readLogin(file: string, access: 'private' | 'shared'): Promise<Login | undefined> {
  try {
    // Windows has no O_NOFOLLOW.
    checkFile(await lstat(file), access);
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      checkFile(await handle.stat(), access);
      return parseLogin(await handle.readFile('utf8'));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseLogin(text: string): Login {
  const login = v.safeParse(loginSchema, parseJson(text));
  if (login.success) return login.output;
  throw new UnsafeFile(
    'it is damaged',
    `Run 'upload-to-workspace logout' to remove it, then log in again with 'upload-to-workspace login'.`,
  );
}

function checkFile(stats: Stats, access: 'private' | 'shared'): void {
  const remove = `Remove it, then log in again with 'upload-to-workspace login'.`;
  if (stats.isSymbolicLink()) throw new UnsafeFile('it is a symbolic link', remove);
  if (!stats.isFile()) throw new UnsafeFile('it is not a file', remove);
  if (isForeign(stats)) throw new UnsafeFile('it belongs to another user', remove);
  if (access === 'private' && isShared(stats))
    throw new UnsafeFile(
      `other users can access it (mode ${(stats.mode & 0o777).toString(8)})`,
      `Somebody may have read its tokens. Run 'upload-to-workspace logout', then log in again.`,
    );
}

/** Creates the folder. An existing one must be the user's. */
async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stats = await lstat(folder);
  if (stats.isSymbolicLink())
    throw new UnsafeFile(`folder ${folder} is a symbolic link`, `Replace it with a folder.`);
  if (isForeign(stats))
    throw new UnsafeFile(`folder ${folder} belongs to another user`, `Make it yours, or remove it.`);
  if (isShared(stats)) await chmod(folder, 0o700);
}

// Windows has neither user ids nor modes: its profile folders have access lists.
function isForeign({ uid }: Stats): boolean {
  return process.getuid !== undefined && uid !== process.getuid();
}

function isShared({ mode }: Stats): boolean {
  return process.getuid !== undefined && (mode & 0o077) !== 0;
}

/** Writes a new file beside the old one, and renames it. A rename replaces a symbolic link and does not follow it. */
async function replaceFile(file: string, text: string): Promise<void> {
  const next = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(next, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(next, file);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}
