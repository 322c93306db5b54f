import { element } from '../elements.ts';
import type { Content, Part } from './parts.ts';

/** The elements that a file can have. The page creates no others. */
const tags =
  /^(?:a|abbr|b|bdi|bdo|blockquote|br|caption|cite|code|col|colgroup|dd|del|details|dfn|div|dl|dt|em|figcaption|figure|h[1-6]|hr|i|img|input|ins|kbd|li|mark|ol|p|pre|q|rp|rt|ruby|s|samp|section|small|span|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|time|tr|u|ul|var|wbr)$/;

/** Their attributes. `id`, `name` and `style` are not among them. */
const attributes =
  /^(?:alt|aria-label|checked|class|colspan|data-file|data-heading|datetime|dir|disabled|height|href|loading|open|rel|reversed|role|rowspan|scope|src|start|tabindex|target|title|type|value|width)$/;

/** Creates the nodes of a description. Texts become text nodes, and are never read as HTML. */
export function nodesOf(contents: readonly Content[]): Node[] {
  return contents.map((content) =>
    typeof content === 'string' ? document.createTextNode(content) : elementOf(content),
  );
}

function elementOf({ tag, attributes: given, children }: Part): HTMLElement {
  // The first cell of a table is often an empty header, which a screen reader would read for nothing.
  const name = tag === 'th' && children.length === 0 ? 'td' : tag;
  const made = element(tags.test(name) ? (name as 'div') : 'span');
  for (const [attribute, value] of Object.entries(given))
    if (attributes.test(attribute)) made.setAttribute(attribute, value);
  made.append(...nodesOf(children));
  if (name !== 'table') return made;
  // A wide table scrolls in a box.
  return element('div', { class: 'wide', tabindex: '0', role: 'group', 'aria-label': 'Table' }, made);
}
