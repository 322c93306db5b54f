import { checksumsName } from '../files/checksums.ts';
import { detectPages } from './pageNames.ts';
import type { RemoteObject } from './remoteObject.ts';

/**
 * The groups in which objects are deleted. A group is deleted only after all of the group before it, so that an interrupted deletion leaves no
 * page without the files that it loads: first the pages that lead to others, outermost first; then all other pages; then the rest.
 * @param objects of one destination
 */
export function deletionGroups(objects: readonly RemoteObject[]): RemoteObject[][] {
  const groups: [RemoteObject[], RemoteObject[], RemoteObject[]] = [[], [], []];
  const [entries, pages, rest] = groups;
  for (const object of objects) {
    if (isEntry(object.key)) entries.push(object);
    else if (/\.x?html?$/i.test(object.key)) pages.push(object);
    else rest.push(object);
  }
  const depth = ({ key }: RemoteObject) => key.split('/').length;
  entries.sort((a, b) => depth(a) - depth(b));
  return groups.filter((group) => group.length > 0);
}

function isEntry(key: string): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return name === 'index.html' || name === checksumsName || detectPages([name]).size > 0;
}
