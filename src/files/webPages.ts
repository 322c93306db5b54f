/** Whether a file is an HTML page, by its extension. */
export function isHtml(name: string): boolean {
  return /\.html?$/i.test(name);
}
