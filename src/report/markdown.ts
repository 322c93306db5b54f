import { sanitize } from '../text/sanitize.ts';

/**
 * Escapes text for Markdown: every character that Markdown or HTML may interpret becomes a character reference. All text from outside goes
 * through here. GitHub resolves references before it looks for mentions and issue numbers, so an empty comment follows `@` and `#`.
 */
export function markdownText(text: string): string {
  return sanitize(text)
    .replace(/[!-,:-@[-`{-~]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/&#(?:35|64);/g, '$&<!-- -->')
    .replaceAll('www.', 'www&#46;');
}

/** A table with a header; cells are Markdown already. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A link; without a URL, the text alone. */
export function markdownLink(text: string, url: string | undefined): string {
  return url
    ? `[${markdownText(text)}](<${url.replace(/[\s<>|\\]/g, encodeURIComponent)}>)`
    : markdownText(text);
}
