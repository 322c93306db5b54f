type Child = Node | string;

/** An element with its attributes and children. Text is always text: nothing here is ever read as HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The element of the page's own HTML that has this id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element #${id}.`);
  return found;
}

const svg = 'http://www.w3.org/2000/svg';

/** One of the icons that stand in the page's HTML, by its name. It says nothing to a screen reader. */
export function icon(name: string): SVGSVGElement {
  const made = document.createElementNS(svg, 'svg');
  made.setAttribute('class', `icon icon-${name}`);
  made.setAttribute('aria-hidden', 'true');
  made.appendChild(document.createElementNS(svg, 'use')).setAttribute('href', `#icon-${name}`);
  return made;
}

/** A button that shows an icon alone; its label is for screen readers, and for the mouse that rests on it. */
export function iconButton(name: string, label: string, onClick: () => void): HTMLButtonElement {
  const made = element(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': label, title: label },
    icon(name),
  );
  made.addEventListener('click', onClick);
  return made;
}
