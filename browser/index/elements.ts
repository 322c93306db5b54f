type Child = Node | string;

/** Creates an element with attributes and children. Strings become text nodes, and are never read as HTML. */
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

/** A paragraph about the content of the pane, e.g. why a file cannot be shown. */
export function note(...children: readonly Child[]): HTMLParagraphElement {
  return element('p', { class: 'said' }, ...children);
}

/** Finds an element of `page.html` by its id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element #${id}.`);
  return found;
}

const svg = 'http://www.w3.org/2000/svg';

/** An icon of `page.html`, by its name. Screen readers skip it. */
export function icon(name: string): SVGSVGElement {
  const made = document.createElementNS(svg, 'svg');
  made.setAttribute('class', `icon icon-${name}`);
  made.setAttribute('aria-hidden', 'true');
  made.appendChild(document.createElementNS(svg, 'use')).setAttribute('href', `#icon-${name}`);
  return made;
}

/** A button with an icon only. The label is its tooltip, and is read by screen readers. */
export function iconButton(name: string, label: string, onClick: () => void): HTMLButtonElement {
  const made = element(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': label, title: label },
    icon(name),
  );
  made.addEventListener('click', onClick);
  return made;
}
