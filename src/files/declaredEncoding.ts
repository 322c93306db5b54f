/** Characters at the start of a page in which its declaration is searched. Browsers search at least 1,024 bytes (HTML standard, "Prescan"). */
export const declarationLength = 4_096;

/**
 * The encoding that a page declares in a `<meta>` element; undefined if it declares none.
 * @param text the page in an encoding that contains ASCII; its start is enough
 */
export function declaredEncoding(text: string): string | undefined {
  return /<meta\s[^>]{0,500}?charset\s*=\s*["']?\s*([\w:.-]+)/i.exec(text.slice(0, declarationLength))?.[1];
}
