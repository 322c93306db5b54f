import type { IndexPageData } from '../../src/links/indexPageData.ts';
import { count, formatBytes } from '../../src/text/format.ts';
import { copyText } from './clipboard.ts';
import { createCopyLinks } from './copyLinks.ts';
import { aboutUpload } from './changeMarks.ts';
import { byId, element, icon } from './elements.ts';
import { filesOf } from './files.ts';
import { followHistory } from './history.ts';
import { createHelp } from './help.ts';
import { handleKeys } from './shortcuts.ts';
import { showLife } from './countdown.ts';
import { createPreferences } from './preferences.ts';
import { shortMoment } from './times.ts';
import { shownName } from './names.ts';
import { createView } from './view.ts';
import { type Downloads, createDownloads } from './zip/button.ts';

function start(contents: IndexPageData): void {
  const files = filesOf(contents);
  showHead(contents);
  let downloads: Downloads | undefined;
  const life = showLife(contents, () => downloads?.refresh());
  const notify = toaster();
  const copy = (what: string, text: string): void => {
    void copyText(text).then((isCopied) =>
      notify(
        isCopied
          ? `${what} copied${life.hasExpired() ? ', but it has expired' : ''}`
          : 'This browser does not allow copying.',
      ),
    );
  };
  const { hasExpired } = life;
  const zips = (downloads = createDownloads({ files, title: contents.title, hasExpired, notify }));
  const links = createCopyLinks({ files, hasExpired, notify });
  let onChange = (): void => undefined;
  const view = createView({
    contents,
    files,
    copy,
    hasExpired,
    notify,
    onSelection: (selection) => {
      zips.update(selection);
      links(selection);
    },
    onChange: () => onChange(),
  });
  onChange = followHistory(view);
  const preferences = createPreferences();
  const help = createHelp(preferences);
  handleKeys(view, {
    help: help.open,
    hasShortcuts: preferences.hasShortcuts,
    nameOf: (row) => (row.kind === 'file' ? files.name(row.file) : row.folder.name),
    copy: (file) => copy('Link', files.url(file) ?? ''),
    visit: (file) => window.open(files.url(file), '_blank', 'noopener,noreferrer'),
  });
  byId('app').hidden = false;
}

function showHead(contents: IndexPageData): void {
  const { title, workspace, destination, s3Uri, names, sizes, madeAt, run } = contents;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const shownTitle = title
    .split('/')
    .flatMap((step, index) => [
      ...(index > 0 ? [element('span', { class: 'slash' }, '/')] : []),
      shownName(step),
    ]);
  byId('title').replaceChildren(...shownTitle);
  byId('where').replaceChildren(
    shownName(destination ? `${workspace}/${destination}` : workspace),
    ' · ',
    `${count(names.length, 'file')} · ${formatBytes(total)}`,
    ...aboutUpload(contents).flatMap((part) => [' · ', part]),
  );
  byId('where').title = s3Uri;
  const made = byId('made');
  made.replaceChildren(`Made ${shortMoment(madeAt)}`);
  if (run?.url.startsWith('https://')) {
    const link = element(
      'a',
      { href: run.url, target: '_blank', rel: 'noopener noreferrer' },
      shownName(run.name),
    );
    made.append(' by ', link, icon('open'));
  }
}

/** Shows a message at the bottom of the page for a moment. Screen readers read it. */
function toaster(): (text: string) => void {
  const toast = byId('toast');
  let hiding: ReturnType<typeof setTimeout> | undefined;
  return (text) => {
    clearTimeout(hiding);
    toast.textContent = text;
    toast.classList.add('shown');
    hiding = setTimeout(() => toast.classList.remove('shown'), 2_500);
  };
}

start(JSON.parse(byId('data').textContent) as IndexPageData);
