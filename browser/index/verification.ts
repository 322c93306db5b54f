import { unprintable } from '../../src/text/unprintable.ts';
import type { Files } from './files.ts';

/** A command for a terminal in the folder of the saved file. */
export interface VerifyCommand {
  readonly term: string;
  readonly command: string;
}

/** The commands that verify a file. @param runUrl the workflow run that made the page; null if unknown */
export function verifyCommands(files: Files, runUrl: string | null): (file: number) => VerifyCommand[] {
  const repository = /^https:\/\/github\.com\/([\w.-]+\/[\w.-]+)\/actions\/runs\//.exec(runUrl ?? '')?.[1];
  let bundles: ReadonlyMap<string, string> | undefined;
  return (file) => {
    const [name, sum] = [files.name(file), files.sum(file)];
    // A pasted line break or control character would run what follows it.
    if (!isQuotable(name)) return [];
    const commands: VerifyCommand[] = [];
    if (sum !== undefined)
      commands.push({ term: 'Compare', command: `echo ${quoted(`${sum}  ${name}`)} | sha256sum -c` });
    bundles ??= findBundles(files);
    const bundle = isBundle(name) ? undefined : bundleFor(files.folder(file), bundles);
    if (bundle !== undefined && isQuotable(bundle)) {
      const parts = [inFolder(name), '--repo', repository ?? 'OWNER/REPO', '--bundle', inFolder(bundle)];
      commands.push({ term: 'Verify', command: `gh attestation verify ${parts.map(quoted).join(' ')}` });
    }
    return commands;
  };
}

/** Sigstore's ending for the file of an attestation. */
function isBundle(name: string): boolean {
  return name.endsWith('.sigstore.json');
}

/** The name of an attestation by its folder. */
function findBundles(files: Files): Map<string, string> {
  const bundles = new Map<string, string>();
  for (let file = 0; file < files.count; file += 1)
    if (isBundle(files.path(file))) bundles.set(files.folder(file), files.name(file));
  return bundles;
}

/** The attestation in a folder, or in the nearest folder above it. */
function bundleFor(folder: string, bundles: ReadonlyMap<string, string>): string | undefined {
  for (let place = folder; bundles.size > 0; place = place.slice(0, Math.max(0, place.lastIndexOf('/')))) {
    const found = bundles.get(place);
    if (found !== undefined || place === '') return found;
  }
  return undefined;
}

/** `sha256sum` reads a backslash as an escape. */
function isQuotable(name: string): boolean {
  return name !== '' && !name.includes('\\') && name.search(unprintable) < 0;
}

/** A name that is not an option. */
function inFolder(name: string): string {
  return name.startsWith('-') ? `./${name}` : name;
}

/** Quotes a word for a POSIX shell if necessary. */
function quoted(word: string): string {
  return /^[\w./+@%:=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
