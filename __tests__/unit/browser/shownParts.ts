import type { Content } from '../../../browser/index/viewers/parts.ts';

/** Writes a description as HTML without escapes, to compare it. */
export function shownParts(contents: readonly Content[]): string {
  return contents
    .map((content) => {
      if (typeof content === 'string') return content;
      const attributes = Object.entries(content.attributes).map(([name, value]) => ` ${name}="${value}"`);
      return `<${content.tag}${attributes.join('')}>${shownParts(content.children)}</${content.tag}>`;
    })
    .join('');
}
