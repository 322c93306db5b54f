import { formatBytes } from '../../src/text/format.ts';
import { element, icon } from './elements.ts';
import type { Files } from './files.ts';
import { cutName } from './names.ts';
import type { Row } from './tree.ts';

/** Pictures as a grid. The positions are those of the rows of the table. */
export interface Gallery {
  /** Shows the pictures among these rows. Undefined hides the gallery. */
  readonly show: (rows: readonly Row[] | undefined) => void;
  /** Marks a picture, and scrolls to it. */
  readonly mark: (position: number) => void;
  /** Pictures in a line. */
  readonly columns: () => number;
  /** Pictures on the screen. */
  readonly page: () => number;
}

/** More elements make a page slow. */
export const mostPictures = 5_000;

/** Bytes. A larger picture is shown in the pane only. */
const largest = 5 * 1024 ** 2;

/** Pixels above and below the marked picture. */
const margin = 8;

export function createGallery(place: HTMLElement, files: Files): Gallery {
  let options: readonly HTMLElement[] = [];
  let marked: HTMLElement | undefined;
  const watcher = watchPictures(place);
  const height = () => options[0]?.offsetHeight ?? 0;
  const columns = () => getComputedStyle(place).gridTemplateColumns.split(' ').length;
  return {
    columns,
    page: () => columns() * Math.max(1, Math.floor(place.clientHeight / (height() || 1))),
    mark: (position) => {
      marked?.setAttribute('aria-selected', 'false');
      marked = options[position];
      marked?.setAttribute('aria-selected', 'true');
      place.setAttribute('aria-activedescendant', marked?.id ?? '');
      if (marked) scrollTo(place, marked);
    },
    show: (rows) => {
      watcher.disconnect();
      place.hidden = !rows?.length;
      marked = undefined;
      options = (rows ?? [])
        .slice(0, mostPictures)
        .flatMap((row, position) => (row.kind === 'file' ? [optionOf(files, row.file, position)] : []));
      place.replaceChildren(...options);
      for (const option of options) watcher.observe(option);
    },
  };
}

/** Scrolls the gallery only. `scrollIntoView` scrolls the page too. */
function scrollTo(place: HTMLElement, { offsetTop, offsetHeight }: HTMLElement): void {
  const most = Math.max(0, offsetTop - margin);
  const least = offsetTop + offsetHeight + margin - place.clientHeight;
  place.scrollTop = Math.max(least, Math.min(most, place.scrollTop));
}

function optionOf(files: Files, file: number, position: number): HTMLElement {
  const [name, size] = [files.name(file), files.size(file)];
  const isLarge = size > largest;
  return element(
    'div',
    {
      id: `picture-${position}`,
      role: 'option',
      'aria-selected': 'false',
      'aria-label': isLarge ? `${name}, ${formatBytes(size)}` : name,
      'data-position': String(position),
      title: files.path(file),
    },
    isLarge
      ? icon('picture')
      : element('img', { alt: name, decoding: 'async', 'data-url': files.url(file) ?? '' }),
    element('span', {}, isLarge ? formatBytes(size) : '', cutName(name)),
  );
}

/** Loads the pictures on the screen and one screen around them, and drops the others, so that thousands of pictures need little memory. */
function watchPictures(place: HTMLElement): IntersectionObserver {
  place.addEventListener(
    'error',
    ({ target }) => {
      if (target instanceof HTMLImageElement) target.replaceWith(icon('other'));
    },
    { capture: true },
  );
  return new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const picture = target.querySelector('img');
        if (!isIntersecting) picture?.removeAttribute('src');
        else if (picture && !picture.src) picture.src = picture.dataset['url'] ?? '';
      }
    },
    { root: place, rootMargin: '100% 0px' },
  );
}
