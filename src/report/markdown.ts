import { sanitize } from '../text/sanitize.ts';

/**
 * Escapes text for Markdown: every character that Markdown or HTML may interpret becomes a character reference. All text from outside goes
 * through here. GitHub and GitLab resolve references before they look for mentions and numbers, so an empty comment follows `@` and `#`, and GitLab's `!`, `$`, `%`, `&`, `^` and `~`.
 */
export function markdownText(text: string): string {
  return sanitize(text)
    .replace(/[!-,:-@[-`{-~]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/&#(?:33|3[5-8]|64|94|126);/g, '$&<!-- -->')
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
