import type { InputName } from './inputs.ts';

interface Summary {
  /** What the value is, for `--help`; empty for a switch. */
  readonly value: string;
  readonly text: string;
  /** Whether the short `--help` shows it. */
  readonly isCommon?: true;
  readonly short?: string;
}

/** One line about each input for `--help`. The `action.yml` files have the whole description. */
export const summaries: Readonly<Record<InputName, Summary>> = {
  'client-id': { value: 'ID', text: 'client app that logs in', isCommon: true },
  'client-secret': {
    value: 'FILE',
    text: 'file with the client secret, or -',
    isCommon: true,
  },
  workspace: { value: 'NAME', text: 'workspace or shared folder', isCommon: true, short: '-w' },
  destination: { value: 'FOLDER', text: 'folder in the workspace', isCommon: true, short: '-d' },
  platforms: { value: 'NAME', text: 'platform scope to request, e.g. gep', isCommon: true },
  from: { value: 'FROM', text: 'links file, or the link of an index page' },
  path: { value: 'FOLDER', text: 'folder to write to', isCommon: true },
  pattern: { value: 'GLOB', text: 'files to download; !GLOB excludes', isCommon: true },
  verify: { value: '', text: 'compare the content of files' },
  root: { value: 'FOLDER', text: 'base folder of the names in the workspace', isCommon: true },
  overwrite: { value: 'WHEN', text: 'replace files', isCommon: true },
  'delete-stale': { value: '', text: 'delete older files that this upload does not have', isCommon: true },
  links: { value: 'SIGNER', text: 'signer', isCommon: true },
  'expires-in': { value: 'TIME', text: 'lifetime of the links, e.g. 12h', isCommon: true },
  preview: { value: '', text: 'publish the files as a web site', isCommon: true },
  'older-than': { value: 'TIME', text: 'delete only older files, e.g. 14d', isCommon: true },
  'keep-last': { value: 'NUMBER', text: 'keep only the newest folders', isCommon: true },
  'dry-run': { value: '', text: 'write nothing, and log what would change', isCommon: true },
  'if-no-files-found': { value: 'WHAT', text: 'what to do if there are no files' },
  'include-hidden-files': { value: '', text: 'also upload hidden files' },
  symlinks: { value: 'WHAT', text: 'what to do with symbolic links' },
  headers: { value: 'LINE', text: `HTTP header of files: '[GLOB] Name: value'` },
  checksums: { value: '', text: 'also upload SHA256SUMS' },
  'part-size': { value: 'SIZE', text: 'size of the parts of large files' },
  concurrency: { value: 'NUMBER', text: 'parallel requests' },
  'mask-links': { value: '', text: 'print no links in the log' },
  'share-with-users': { value: 'NAME', text: 'user who gets access' },
  'share-with-groups': { value: 'NAME', text: 'group that gets access' },
  'if-no-credentials': { value: 'WHAT', text: 'what to do if there are no credentials' },
  audience: { value: 'URL', text: 'audience of the OIDC token' },
  scope: { value: 'SCOPES', text: 'OpenID Connect scopes' },
  issuer: { value: 'URL', text: 'OpenID Connect issuer' },
  'api-url': { value: 'URL', text: 'URL of TerrAPI core' },
  'ca-certificates': { value: 'FILE', text: 'PEM file of private authorities' },
  'tls-verify': { value: '', text: 'verify certificates' },
  title: { value: 'TEXT', text: 'heading of pages and reports' },
  summary: { value: '', text: 'write the job summary, where there is one' },
  comment: { value: '', text: 'comment on the pull request' },
  'comment-key': { value: 'KEY', text: 'name that distinguishes several comments' },
  'pull-request': { value: 'NUMBER', text: 'pull request to comment on' },
  environment: { value: 'NAME', text: 'deployment environment' },
  release: { value: 'TAG', text: 'release whose notes get the links' },
  device: { value: '', text: 'log in with a code, on any device', isCommon: true },
  browser: { value: '', text: 'open a browser, print the address instead', isCommon: true },
  'github-token': { value: 'FILE', text: 'file with the token for comments and releases' },
};
