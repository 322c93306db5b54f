import type { MessageCode } from '../errors/codes.ts';

/** The exit codes of the command, by the kind of error. docs/cli.md documents them; a test compares the two. */
export const exitCodes = {
  done: 0,
  unexpected: 1,
  input: 2,
  credentials: 3,
  workspace: 4,
  files: 5,
  storage: 6,
  network: 7,
  conflict: 8,
  cancelled: 130,
} as const;

type Kind = keyof typeof exitCodes;

/** The kind of each error. A code that is only a warning counts as `unexpected`. */
const kinds: Readonly<Partial<Record<MessageCode, Kind>>> = {
  cancelled: 'cancelled',
  'invalid-input': 'input',
  'insecure-address': 'input',
  'invalid-issuer': 'input',
  'invalid-links': 'input',
  'terrapi-address': 'input',
  'reports-unsupported': 'input',
  'preview-not-possible': 'input',
  'node-version': 'input',
  'no-credentials': 'credentials',
  'client-secret-rejected': 'credentials',
  'identity-token-rejected': 'credentials',
  'identity-token-unavailable': 'credentials',
  'no-access-token': 'credentials',
  'scope-rejected': 'credentials',
  'login-denied': 'credentials',
  'login-ended': 'credentials',
  'login-expired': 'credentials',
  'login-file': 'credentials',
  'login-mismatch': 'credentials',
  'login-rejected': 'credentials',
  'login-unavailable': 'credentials',
  'workspace-denied': 'workspace',
  'workspace-misconfigured': 'workspace',
  'workspace-not-found': 'workspace',
  'workspace-not-ready': 'workspace',
  'workspace-not-s3': 'workspace',
  'terrapi-denied': 'workspace',
  'no-files-found': 'files',
  'no-files-to-download': 'files',
  'no-files-to-link': 'files',
  'file-changed': 'files',
  'file-unreadable': 'files',
  'files-outside-root': 'files',
  'invalid-key': 'files',
  'temporary-files': 'files',
  'unusable-files': 'files',
  'delete-failed': 'storage',
  'links-expired': 'storage',
  'platform-links': 'storage',
  'sharing-failed': 'storage',
  'storage-denied': 'storage',
  'storage-error': 'storage',
  'storage-full': 'storage',
  'storage-session': 'storage',
  'terrapi-error': 'storage',
  'unusable-answer': 'storage',
  proxy: 'network',
  'storage-intercepted': 'network',
  unreachable: 'network',
  'untrusted-certificate': 'network',
  'name-taken': 'conflict',
  'object-exists': 'conflict',
};

/** The exit code for an error. */
export function exitCodeOf(code: MessageCode): number {
  return exitCodes[kinds[code] ?? 'unexpected'];
}
