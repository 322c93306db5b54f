import { count } from '../../src/text/format.ts';
import { copyText } from './clipboard.ts';
import { byId, icon } from './elements.ts';
import type { Files } from './files.ts';
import type { Selection } from './zip/download.ts';

export interface CopyParts {
  readonly files: Files;
  readonly hasExpired: () => boolean;
  /** Says a text to the reader, screen readers included. */
  readonly notify: (text: string) => void;
}

/**
 * The button that copies the links of all files, or of the files that the search found, one link a line.
 * @returns a function that shows on the button what it copies now
 */
export function createCopyLinks({ files, hasExpired, notify }: CopyParts): (selection: Selection) => void {
  const button = byId('copy-links');
  let chosen: readonly number[] = [];
  const copy = async (): Promise<void> => {
    const links = chosen.flatMap((file) => files.url(file) ?? []);
    const isCopied = await copyText(links.join('\n')).catch(() => false);
    const expired = hasExpired() ? ', but they have expired' : '';
    notify(
      isCopied
        ? `${count(links.length, 'link')} copied${expired}`
        : 'The browser did not allow copying the links',
    );
  };
  button.addEventListener('click', () => void copy());
  return ({ files: selected, query }) => {
    chosen = selected;
    button.hidden = selected.length === 0 || files.url(selected[0] ?? -1) === undefined;
    const label = query === '' ? 'all links' : count(selected.length, 'link');
    button.replaceChildren(icon('copy'), `Copy ${label}`);
  };
}
