import type { IndexPageData } from '../../src/links/indexPageData.ts';
import { type Change, changesLine } from './changes.ts';
import { element } from './elements.ts';

/** What changed since the previous upload, and the link to the file with the checksums. */
export function aboutUpload({ changes, checksums }: IndexPageData): (Node | string)[] {
  const line = changes ? changesLine(changes) : undefined;
  const link = checksums?.url.startsWith('http') ? checksumsLink(checksums) : undefined;
  return [...(line === undefined ? [] : [line]), ...(link ? [link] : [])];
}

function checksumsLink({ name, url }: NonNullable<IndexPageData['checksums']>): HTMLElement {
  return element('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, name);
}

/** The mark beside a file's name. It is a word, so that screen readers read it. */
export function changeMark(change: Change | undefined): HTMLElement[] {
  return change === undefined ? [] : [element('span', { class: `change ${change}` }, change)];
}
