import type { Page } from '../links/generated.ts';

/**
 * What is generated from the links, in the order in which it is written.
 * @param preview the preview's page, where one is wanted
 */
export function pagesFor(preview: Page | undefined): readonly Page[] {
  return preview ? [preview] : [];
}
