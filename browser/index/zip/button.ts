import { count, formatBytes } from '../../../src/text/format.ts';
import { byId, icon } from '../elements.ts';
import type { Files } from '../files.ts';
import { loadViewers } from '../viewers/loading.ts';
import type { DownloadParts, Selection } from './download.ts';
import { removeOldZips } from './sink.ts';

export interface Downloads {
  /** Shows on the button what it downloads now. */
  readonly update: (selection: Selection) => void;
  /** Shows on the button that the links have expired. */
  readonly refresh: () => void;
}

/** The button that downloads the files in the table as one zip, and the strip that shows its progress. */
export function createDownloads(parts: DownloadParts): Downloads {
  const { files, hasExpired } = parts;
  const button = byId('download');
  let selection: Selection = { files: [], query: '' };
  let running: AbortController | undefined;
  const refresh = (): void => {
    button.hidden = selection.files.length === 0 || files.url(0) === undefined;
    button.replaceChildren(icon('save'), hasExpired() ? 'The links have expired' : labelOf(selection, files));
    button.setAttribute('aria-disabled', String(running !== undefined || hasExpired()));
  };
  button.addEventListener('click', () => {
    if (running || hasExpired()) return;
    running = new AbortController();
    refresh();
    void start(parts, selection, running).finally(() => {
      running = undefined;
      refresh();
    });
  });
  addEventListener('beforeunload', (event) => {
    if (running) event.preventDefault();
  });
  void removeOldZips(Date.now()).catch(() => undefined);
  return {
    refresh,
    update: (next) => {
      selection = next;
      refresh();
    },
  };
}

function labelOf({ files: chosen, query }: Selection, files: Files): string {
  const size = formatBytes(chosen.reduce((sum, file) => sum + files.size(file), 0));
  return `Download ${query === '' ? 'all' : count(chosen.length, 'file')} (${size})`;
}

/** The code of the download is in the second script of the page. */
async function start(parts: DownloadParts, selection: Selection, running: AbortController): Promise<void> {
  try {
    const { download } = await loadViewers();
    await download(parts, selection, running);
  } catch {
    parts.notify('This browser cannot start the download.');
  }
}
