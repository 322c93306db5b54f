import { type Place, formatPlace, readPlace } from './address.ts';

/** What the page adds to an entry of the browser's history. */
interface Mark {
  /** The entry before this one is the same page without the pane. */
  readonly hasOpened: boolean;
  /** The entry before this one, or the one before it, shows the folders. */
  readonly hasSearched: boolean;
}

export interface HistoryParts {
  readonly place: () => Place;
  /** Shows a place: after Back, Forward, a reload, or a change of the address. */
  readonly show: (place: Place) => void;
}

/** Milliseconds. Browsers allow few changes of the address: Safari 100 in 30 s. */
const delay = 250;

/**
 * Keeps the fragment of the address and the page the same. An opened pane, a gallery and the start of a search are new entries of the browser's
 * history.
 * Other changes replace the entry. Closing the pane goes back, so that the history does not grow.
 * @returns a function to call after each change of the page
 */
export function followHistory({ place, show }: HistoryParts): () => void {
  let last: Place = place();
  let isGoingBack = false;
  let isShowing = false;
  const writer = addressWriter();
  const sync = (): void => {
    // After Back, the place is written to the entry before.
    if (isGoingBack || isShowing) return;
    const [before, now, mark] = [last, place(), markOf(history.state)];
    last = now;
    const isOpening = now.file !== undefined && before.file === undefined;
    const isClosing = now.file === undefined && before.file !== undefined;
    const isGallery = now.pictures !== undefined && before.pictures === undefined;
    const isStarting = now.search !== '' && before.search === '' && !mark.hasSearched;
    if (isClosing && mark.hasOpened) {
      isGoingBack = true;
      writer.flush();
      history.back();
    } else if (isOpening) {
      writer.push(now, { ...mark, hasOpened: true });
    } else if (isGallery) {
      writer.push(now, { hasOpened: false, hasSearched: false });
    } else if (isStarting && now.file === undefined) {
      writer.push(now, { ...mark, hasSearched: true });
    } else {
      writer.replace(now, mark);
    }
  };
  const adopt = (): void => {
    isShowing = true;
    show(readPlace(location.hash));
    isShowing = false;
    last = place();
  };
  addEventListener('popstate', () => {
    writer.cancel();
    if (!isGoingBack) {
      adopt();
      return;
    }
    isGoingBack = false;
    last = { ...place(), file: undefined };
    writer.replace(last, markOf(history.state));
    sync();
  });
  if (location.hash.length > 1) adopt();
  return sync;
}

function markOf(state: unknown): Mark {
  const { hasOpened = false, hasSearched = false } = (state ?? {}) as Partial<Mark>;
  return { hasOpened, hasSearched };
}

/** Writes the address. A replacement waits until the page has been still for a moment. */
function addressWriter() {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let write = (): void => undefined;
  const flush = (): void => {
    clearTimeout(waiting);
    write();
    write = () => undefined;
  };
  const set = (way: 'pushState' | 'replaceState', now: Place, mark: Mark): void => {
    const address = formatPlace(now) || location.href.replace(/#.*/s, '');
    try {
      history[way](mark, '', address);
    } catch {
      // The browser does not allow more changes now, or none in this window.
    }
  };
  return {
    flush,
    cancel: (): void => {
      clearTimeout(waiting);
      write = () => undefined;
    },
    push: (now: Place, mark: Mark): void => {
      flush();
      set('pushState', now, mark);
    },
    replace: (now: Place, mark: Mark): void => {
      clearTimeout(waiting);
      write = () => set('replaceState', now, mark);
      waiting = setTimeout(flush, delay);
    },
  };
}
