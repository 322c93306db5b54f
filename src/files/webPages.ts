/** Whether a file is an HTML or XHTML page, by its extension. */
export function isHtml(name: string): boolean {
  return /\.(?:html?|xhtml|xht)$/i.test(name);
}

/** Whether a file is a script, a style sheet, a font or a source map. Pages load these files, but people do not open them. */
export function isPagePart({ name }: { readonly name: string }): boolean {
  return /\.(?:[cm]?js|css|woff2?|ttf|otf|eot|[cm]?js\.map|css\.map)$/i.test(name);
}
