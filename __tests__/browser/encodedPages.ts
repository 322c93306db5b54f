/** Pages in other encodings than UTF-8, and what they show. */

const page = (declaration: string) => `<!doctype html><html><head>
${declaration}<title>Page</title><link rel="icon" href="data:,"></head><body><p>`;
const end = '</p><a href="/index.html">Home</a></body></html>';

/** @param text in the encoding that the page declares */
function encoded(declaration: string, text: Buffer): Buffer {
  return Buffer.concat([Buffer.from(page(declaration)), text, Buffer.from(end)]);
}

/** The declaration is near the end of the bytes in which browsers search it. */
const late = `<!-- ${'x'.repeat(880)} -->`;

const xhtml = `<?xml version="1.0" encoding="iso-8859-1"?>
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Page</title><link rel="icon" href="data:,"/></head>
<body><p>Größe in XHTML</p><a href="/index.html">Home</a></body></html>`;

export const encodedPages: Readonly<Record<string, string | Buffer>> = {
  'index.html': `${page('<meta charset="utf-8">')}All encodings${end}`,
  'latin1.html': encoded('<meta charset="iso-8859-1">', Buffer.from('Größe in Latin-1', 'latin1')),
  'late.html': encoded(
    `${late}<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">`,
    Buffer.from('Größe, declared late', 'latin1'),
  ),
  'japan.html': encoded('<meta charset="shift_jis">', Buffer.from([0x93, 0xfa, 0x96, 0x7b])),
  'utf16.html': Buffer.from(`\ufeff${page('<meta charset="utf-16">')}Größe in UTF-16${end}`, 'utf16le'),
  'page.xhtml': Buffer.from(xhtml, 'latin1'),
};

export const encodedTexts: Readonly<Record<string, string>> = {
  'latin1.html': 'Größe in Latin-1',
  'late.html': 'Größe, declared late',
  'japan.html': '日本',
  'utf16.html': 'Größe in UTF-16',
  'page.xhtml': 'Größe in XHTML',
};
