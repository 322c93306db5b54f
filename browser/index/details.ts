import { announcePane } from './announcing.ts';
import { byId } from './elements.ts';
import type { List } from './list.ts';
import { type Pane, createPane } from './pane.ts';
import { createSheet } from './sheet.ts';
import type { Table } from './table.ts';
import type { Row } from './tree.ts';
import { verifyCommands } from './verification.ts';
import type { ViewParts } from './view.ts';

/** The pane with the details of a row, beside the table or over it. */
export interface Details {
  readonly pane: Pane;
  /** The row that the pane shows. Undefined while the pane is closed. */
  readonly row: () => Row | undefined;
  readonly open: (row: Row) => void;
  /** Shows this row if the pane is open. */
  readonly follow: (row: Row | undefined) => void;
  readonly close: () => void;
}

/** @param onOpen called with a file that the shown document links to */
export function createDetails(
  parts: ViewParts,
  table: () => Table,
  list: Pick<List, 'focus' | 'reveal'>,
  onOpen: (file: number) => void,
): Details {
  let shown: Row | undefined;
  const show = (row: Row): void => {
    shown = row;
    pane.show(row);
  };
  const close = (): void => {
    if (!shown) return;
    shown = undefined;
    pane.hide();
    sheet.close();
    list.focus();
    parts.onChange();
  };
  const element = byId('pane');
  const pane = createPane({
    ...parts,
    pane: element,
    verifyCommands: verifyCommands(parts.files, parts.contents.run?.url ?? null),
    onClose: close,
    onOpen,
    onStep: (step) => table().activate(table().position() + step),
  });
  const sheet = createSheet(element);
  announcePane(element);
  return {
    pane,
    row: () => shown,
    close,
    follow: (row) => {
      if (!shown || !row) return;
      show(row);
      parts.onChange();
    },
    open: (row) => {
      show(row);
      sheet.open();
      list.reveal();
      parts.onChange();
    },
  };
}
