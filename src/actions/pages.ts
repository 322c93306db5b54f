import type { Page } from '../links/generated.ts';

/** What is generated from the links, in the order in which it is written. */
export function pagesFor(): readonly Page[] {
  return [];
}
