import { element, note } from '../elements.ts';
import { nodesOf } from './dom.ts';
import { listenToLinks } from './links.ts';
import { createResolver } from './resolver.ts';
import { markdownDocument } from './markdown.ts';
import type { Show } from './viewer.ts';

/** Bytes that are fetched. */
const limit = 256 * 1024;

/** Milliseconds after which the rest of a document is shown as source. */
const mostTime = 1_500;

/** Tells whether the time for a document is up. */
export function stopwatch(): () => boolean {
  const start = performance.now();
  return () => performance.now() - start > mostTime;
}

/** Shows Markdown. */
export const showMarkdown: Show = async (subject, place, tools) => {
  const { bytes, isCut } = await tools.beginning(limit);
  const resolver = createResolver(subject.path, tools);
  try {
    const document_ = markdownDocument(tools.decode(bytes), resolver, stopwatch());
    place.replaceChildren(element('article', { class: 'prose' }, ...nodesOf(document_.contents)));
    if (isCut || document_.isCut)
      place.append(note('This is the beginning of the document. Open the file to read the rest.'));
    listenToLinks(place, tools);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    await tools.asText('The document cannot be shown: its lists or quotes are nested too deeply.');
  }
};
