/**
 * The codes of all errors and warnings. Each is a heading of docs/troubleshooting.md, whose address the message gives. A code is never
 * renamed after a release: people search for it, and link to it.
 */
export const messageCodes = [
  'cancelled',
  'client-secret-rejected',
  'content-mismatch',
  'delete-failed',
  'deployment-link-too-long',
  'disk-full',
  'expires-in',
  'file-changed',
  'file-exists',
  'file-left-out',
  'file-unreadable',
  'file-unwritable',
  'files-outside-root',
  'fork-content',
  'fork-token',
  'github-token',
  'gitlab-token',
  'identity-token-rejected',
  'identity-token-unavailable',
  'insecure-address',
  'invalid-input',
  'invalid-issuer',
  'invalid-key',
  'invalid-links',
  'links-expire-soon',
  'links-expired',
  'login-denied',
  'login-ended',
  'login-expired',
  'login-file',
  'login-mismatch',
  'login-not-revoked',
  'login-rejected',
  'login-unavailable',
  'missing-permissions',
  'name-taken',
  'no-access-token',
  'no-credentials',
  'no-files-found',
  'no-files-to-download',
  'no-files-to-link',
  'no-pull-request',
  'node-version',
  'object-changed',
  'object-exists',
  'outputs-not-set',
  'platform-links',
  'platform-links-untried',
  'possible-secrets',
  'preview-not-possible',
  'preview-problem',
  'preview-without-index',
  'proxy',
  'release-notes',
  'report-not-written',
  'reports-unsupported',
  'scope-rejected',
  'sharing-failed',
  'short-secret',
  'storage-denied',
  'storage-error',
  'storage-full',
  'storage-intercepted',
  'storage-session',
  'summary-not-written',
  'temporary-files',
  'terrapi-address',
  'terrapi-denied',
  'terrapi-error',
  'tls-verify-off',
  'too-many-open-files',
  'unexpected',
  'unknown-expiry',
  'unmatched-headers',
  'unmatched-path',
  'unmatched-pattern',
  'unreachable',
  'untrusted-certificate',
  'unusable-answer',
  'unusable-files',
  'unwritable-files',
  'workspace-denied',
  'workspace-misconfigured',
  'workspace-not-found',
  'workspace-not-ready',
  'workspace-not-s3',
] as const;

export type MessageCode = (typeof messageCodes)[number];

/** A warning before it is printed. */
export interface Warning {
  readonly code: MessageCode;
  readonly text: string;
  /** Lines shown below the text. */
  readonly details?: readonly string[];
}

const page = 'https://github.com/terradue/upload-to-workspace/blob/v1/docs/troubleshooting.md';

/** The last line of an error or warning: the address of its entry in docs/troubleshooting.md. */
export function helpLine(code: MessageCode): string {
  return `Help: ${page}#${code}`;
}
