import { byId } from './elements.ts';
import type { Preferences } from './preferences.ts';

export interface Help {
  readonly open: () => void;
}

/** The dialog that explains keys and search, with the switch of the shortcuts. */
export function createHelp({ hasShortcuts, setShortcuts }: Preferences): Help {
  const dialog = byId('help') as HTMLDialogElement;
  const choice = byId('shortcuts') as HTMLInputElement;
  const opener = byId('help-open');
  const announce = (): void => {
    // Assistive technology reads these keys to the reader.
    byId('search').setAttribute('aria-keyshortcuts', hasShortcuts() ? '/ Control+F' : 'Control+F');
    for (const list of ['table', 'gallery'])
      byId(list).setAttribute('aria-keyshortcuts', hasShortcuts() ? 'Enter O C' : 'Enter');
    if (hasShortcuts()) opener.setAttribute('aria-keyshortcuts', '?');
    else opener.removeAttribute('aria-keyshortcuts');
    document.documentElement.classList.toggle('keyless', !hasShortcuts());
  };
  choice.checked = hasShortcuts();
  choice.addEventListener('change', () => {
    setShortcuts(choice.checked);
    announce();
  });
  const open = (): void => dialog.showModal();
  opener.addEventListener('click', open);
  byId('help-close').addEventListener('click', () => dialog.close());
  announce();
  return { open };
}
