/** Whether a file is an HTML or XHTML page, by its extension. */
export function isHtml(name: string): boolean {
  return /\.(?:html?|xhtml|xht)$/i.test(name);
}
