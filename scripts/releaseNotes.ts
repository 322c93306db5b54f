/**
 * Prints a version's section of CHANGELOG.md, for the notes of a release.
 *
 *     node scripts/releaseNotes.ts v1.2.3
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text below `## [version]`. Throws if there is none, because a release needs notes. */
export function notesFor(version: string, changelog: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.startsWith(`[${version}]`));
  const notes = section
    ?.slice(section.indexOf('\n'))
    .replace(/^\[[^\]]+\]: .*$/gm, '')
    .trim();
  if (!notes) throw new Error(`CHANGELOG.md has no text under "## [${version}]"`);
  return notes;
}

if (import.meta.main) {
  const version = (process.argv[2] ?? '').replace(/^v/, '');
  const changelog = readFileSync(join(import.meta.dirname, '..', 'CHANGELOG.md'), 'utf8');
  process.stdout.write(`${notesFor(version, changelog)}\n`);
}
