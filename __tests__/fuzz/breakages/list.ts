/** A change that breaks the product. */
export interface Breakage {
  readonly title: string;
  readonly file: string;
  readonly text: string;
  readonly broken: string;
  /** The machine that must notice it: a test file of this folder. */
  readonly machine: string;
}

/** Places of our choice, in all parts of the product. */
export const breakages: readonly Breakage[] = [
  {
    title: 'nothing is retried',
    file: 'src/http/retry.ts',
    text: 'if (!classified.transient) {',
    broken: 'if (!classified.transient || number > 0) {',
    machine: 'model',
  },
  {
    title: '`delete-stale` deletes nothing',
    file: 'src/sync/staleObjects.ts',
    text: 'lastModified < startedAt',
    broken: 'lastModified < 0 * startedAt',
    machine: 'model',
  },
  {
    title: '`delete-stale` deletes newer files of another client',
    file: 'src/sync/staleObjects.ts',
    text: 'lastModified < startedAt',
    broken: 'lastModified < Infinity * startedAt',
    machine: 'model',
  },
  {
    title: '`keep-last` keeps the oldest folders',
    file: 'src/sync/keptFolders.ts',
    text: '=> b - a)',
    broken: '=> a - b)',
    machine: 'model',
  },
  {
    title: '`older-than` is ignored',
    file: 'src/sync/removal.ts',
    text: '(object) => isOlder(object, before) || withoutFiles',
    broken: '(object) => isOlder(object, Infinity * before) || withoutFiles',
    machine: 'model',
  },
  {
    title: 'entry pages are uploaded first',
    file: 'src/sync/plan.ts',
    text: '.sort((a, b) => a - b)',
    broken: '.sort((a, b) => b - a)',
    machine: 'model',
  },
  {
    title: 'a removal deletes pages last',
    file: 'src/sync/deletionOrder.ts',
    text: 'return groups.filter',
    broken: 'return groups.reverse().filter',
    machine: 'model',
  },
  {
    title: 'a page replaces a file of the user',
    file: 'src/commands/generatedPages.ts',
    text: 'return !isGenerated(head.headers);',
    broken: 'return false;',
    machine: 'model',
  },
  {
    title: '`overwrite: never` replaces objects',
    file: 'src/sync/diff.ts',
    text: "overwrite === 'never'",
    broken: "overwrite === ('no' as string)",
    machine: 'model',
  },
  {
    title: 'the key of a session is not masked',
    file: 'src/terrapi/workspace.ts',
    text: 'mask(token.credentials.secretKey);',
    broken: 'mask(token.credentials.accessKey);',
    machine: 'model',
  },
  {
    title: 'secrets are not redacted',
    file: 'src/text/secrets.ts',
    text: 'return redacted;',
    broken: 'return text;',
    machine: 'storage',
  },
  {
    title: 'a listing may have keys outside of its prefix',
    file: 'src/storage/listingPage.ts',
    text: '!key?.startsWith(prefix)',
    broken: 'key === undefined',
    machine: 'storage',
  },
  {
    title: 'the ETag of a stored object is not compared',
    file: 'src/storage/storedCheck.ts',
    text: 'if (isDifferent) {',
    broken: 'if (isDifferent && mismatches > 0) {',
    machine: 'storage',
  },
  {
    title: 'a download may leave its folder',
    file: 'src/sync/downloads.ts',
    text: "segment === '.' || segment === '..'",
    broken: "segment === '.'",
    machine: 'logins',
  },
  {
    title: 'a link of a document may run a script',
    file: 'browser/index/viewers/addresses.ts',
    text: '/^(?:https?|mailto):$/',
    broken: '/^(?:https?|mailto|javascript):$/',
    machine: 'viewers',
  },
  {
    title: 'the service worker sends cookies to the storage',
    file: 'browser/workers/storage.ts',
    text: "credentials: 'omit'",
    broken: "credentials: 'include'",
    machine: 'sites',
  },
];
