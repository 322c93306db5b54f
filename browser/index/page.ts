import { type LinkTable, linkOf } from '../../src/links/table.ts';

/** What the page is given to show. */
interface PageData {
  readonly names: readonly string[];
  readonly links: LinkTable;
}

const data = JSON.parse(document.getElementById('data')?.textContent ?? '') as PageData;
const list = document.createElement('ul');
for (const [index, name] of data.names.entries()) {
  const item = list.appendChild(document.createElement('li'));
  const link = item.appendChild(document.createElement('a'));
  link.href = linkOf(data.links, name, index);
  link.textContent = name;
}
document.getElementById('main')?.replaceChildren(list);
