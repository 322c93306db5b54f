import { byId, icon } from './elements.ts';
import type { Files } from './files.ts';
import { createGallery } from './gallery.ts';
import type { Model } from './model.ts';
import type { Table } from './table.ts';

/** The table or the gallery, whichever the page shows. */
export interface List {
  readonly isGallery: () => boolean;
  /** Tells whether an event belongs to the list itself. */
  readonly isTarget: (target: EventTarget | null) => boolean;
  readonly focus: () => void;
  /** Scrolls to the active row or picture. */
  readonly reveal: () => void;
  /** Marks the active row of the table in the gallery. */
  readonly mark: () => void;
  /** Shows the rows of the table. */
  readonly update: () => void;
  /** The positions that a key moves by: up or down, and page up or page down. */
  readonly steps: () => { readonly line: number; readonly page: number };
}

export function createList(table: () => Table, model: Model, files: Files): List {
  const [grid, place] = [byId('table'), byId('gallery')];
  const gallery = createGallery(place, files);
  const isGallery = () => model.pictures() !== undefined;
  const focus = () => (isGallery() ? place : grid).focus({ preventScroll: true });
  const mark = (): void => {
    if (isGallery()) gallery.mark(table().position());
  };
  return {
    isGallery,
    isTarget: (target) => target === grid || target === place,
    focus,
    mark,
    reveal: () => (isGallery() ? mark() : table().reveal()),
    steps: () =>
      isGallery() ? { line: gallery.columns(), page: gallery.page() } : { line: 1, page: table().page() },
    update: () => {
      const held = document.activeElement;
      byId('main').classList.toggle('pictures', isGallery());
      grid.hidden = isGallery();
      gallery.show(isGallery() ? table().rows() : undefined);
      mark();
      // An element that is hidden loses the focus.
      if (held === (isGallery() ? grid : place)) focus();
    },
  };
}

/** The button that shows the files as pictures, if most of them are pictures, and as a list again. */
export function createPicturesButton(model: Model, files: Files, show: (below: string | undefined) => void) {
  const button = byId('pictures');
  const isGallery = () => model.pictures() !== undefined;
  button.addEventListener('click', () => show(isGallery() ? undefined : ''));
  return (selected: readonly number[]): void => {
    button.hidden = !isGallery() && (files.url(0) === undefined || !model.arePictures(selected));
    button.replaceChildren(
      icon(isGallery() ? 'text' : 'picture'),
      isGallery() ? 'Show as list' : 'Show as pictures',
    );
  };
}
