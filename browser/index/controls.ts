import { byId } from './elements.ts';
import type { Model } from './model.ts';
import { type Column, type Order, nextOrder } from './order.ts';

/** The column titles sort the table. On narrow screens, a list replaces the titles. */
export function listenToOrder(model: Model, update: () => void): void {
  const titles = [...document.querySelectorAll<HTMLElement>('[data-column]')];
  const choice = byId('order') as HTMLSelectElement;
  const sort = (order: Order): void => {
    model.sort(order);
    for (const title of titles) {
      const isIt = title.dataset['column'] === order.column;
      title.setAttribute('aria-sort', isIt ? (order.descending ? 'descending' : 'ascending') : 'none');
    }
    choice.value = `${order.column} ${order.descending ? 'down' : 'up'}`;
    update();
    byId('table').scrollTop = 0;
  };
  for (const title of titles) {
    const column = title.dataset['column'] as Column;
    title.querySelector('button')?.addEventListener('click', () => sort(nextOrder(model.order(), column)));
  }
  choice.addEventListener('change', () => {
    const [column, direction] = choice.value.split(' ') as [Column, string];
    sort({ column, descending: direction === 'down' });
  });
}

/** The button that opens all folders, or closes them if all are open. */
export function listenToFolders(model: Model, update: () => void): void {
  byId('fold').addEventListener('click', () => {
    model.openAll(!model.isAllOpen());
    update();
  });
}
