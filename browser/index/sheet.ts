import { byId } from './elements.ts';

export interface Sheet {
  readonly open: () => void;
  readonly close: () => void;
}

/** On narrow screens, the pane covers the table as a sheet. The rest of the page is inert meanwhile. */
export function createSheet(pane: HTMLElement): Sheet {
  const narrow = matchMedia('(max-width: 40rem)');
  const rest = [byId('top'), byId('main'), byId('foot')];
  const hold = (isHeld: boolean): void => {
    for (const part of rest) part.inert = isHeld;
  };
  narrow.addEventListener('change', () => hold(narrow.matches && !pane.hidden));
  return {
    open: () => {
      document.documentElement.classList.add('previewing');
      if (!narrow.matches) return;
      hold(true);
      pane.focus({ preventScroll: true });
    },
    close: () => {
      document.documentElement.classList.remove('previewing');
      hold(false);
    },
  };
}
