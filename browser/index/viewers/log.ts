import { formatBytes } from '../../../src/text/format.ts';
import { element, note } from '../elements.ts';
import { type Color, type Run, type Style, ansiRuns, hasSequences } from './ansi.ts';
import type { Show } from './viewer.ts';

/** Bytes that are fetched. */
const limit = 512 * 1024;

/** Shows text, with the colors of a terminal if it has them. */
export const showLog: Show = async ({ size }, place, { beginning, decode }) => {
  const { bytes, isCut } = await beginning(limit);
  const text = decode(bytes);
  const shown = hasSequences(text) ? terminal(ansiRuns(text)) : element('pre', { tabindex: '0' }, text);
  place.replaceChildren(shown);
  if (!isCut) return;
  const rest = `The first ${formatBytes(limit)} of ${formatBytes(size)}. Open the file to read the rest.`;
  place.append(note(rest));
};

/** Text like on a terminal. */
export function terminal(runs: readonly Run[]): HTMLPreElement {
  const shown = element('pre', { class: 'terminal', tabindex: '0' });
  for (const { text, style } of runs) {
    if (Object.keys(style).length === 0) shown.append(text);
    else shown.append(styled(text, style));
  }
  return shown;
}

function styled(text: string, style: Style): HTMLElement {
  const { isInverse = false, color, background } = style;
  const classes = [
    style.isBold && 'bold',
    style.isFaint && 'faint',
    style.isItalic && 'italic',
    style.isUnderlined && 'underlined',
    style.isStruck && 'struck',
    isInverse && 'inverse',
  ].filter((name) => typeof name === 'string');
  const span = element('span', { class: classes.join(' ') }, text);
  paint(span, 'color', isInverse ? background : color);
  paint(span, 'background', isInverse ? color : background);
  return span;
}

/** The Content-Security-Policy allows no `style` attribute, but it allows properties. */
function paint(span: HTMLElement, place: 'color' | 'background', color: Color | undefined): void {
  if (typeof color === 'number') span.classList.add(`${place}-${color}`);
  else if (color !== undefined) span.style[place] = color;
}
