import { byId } from './elements.ts';

export interface Sheet {
  readonly open: () => void;
  readonly close: () => void;
}

/**
 * On narrow screens, the pane covers the table as a sheet. The rest of the page is inert meanwhile, and the Back button of the browser closes
 * the sheet.
 */
export function createSheet(pane: HTMLElement, onBack: () => void): Sheet {
  const narrow = matchMedia('(max-width: 40rem)');
  const rest = [byId('top'), byId('main'), byId('foot')];
  const hold = (isHeld: boolean): void => {
    for (const part of rest) part.inert = isHeld;
  };
  let isPushed = false;
  addEventListener('popstate', () => {
    if (!isPushed) return;
    isPushed = false;
    onBack();
  });
  narrow.addEventListener('change', () => hold(narrow.matches && !pane.hidden));
  return {
    open: () => {
      document.documentElement.classList.add('previewing');
      if (!narrow.matches) return;
      hold(true);
      pane.focus({ preventScroll: true });
      if (!isPushed) history.pushState(null, '');
      isPushed = true;
    },
    close: () => {
      document.documentElement.classList.remove('previewing');
      hold(false);
      if (!isPushed) return;
      isPushed = false;
      history.back();
    },
  };
}
