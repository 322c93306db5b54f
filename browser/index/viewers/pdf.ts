import { formatBytes } from '../../../src/text/format.ts';
import { element } from '../elements.ts';
import type { Show } from './viewer.ts';

/** Bytes. */
const limit = 50 * 1024 ** 2;

/**
 * Shows a PDF in the viewer of the browser. Chromium has none in a sandboxed frame. So the frame has no sandbox, and gets a copy whose media type is
 * always PDF. A file that the storage serves as HTML would run there with the origin of the page.
 */
export const showPdf: Show = async ({ size, path }, place, { signal, beginning }) => {
  if (!navigator.pdfViewerEnabled) throw new Error('This browser has no PDF viewer. Download the file.');
  if (size > limit)
    throw new Error(`PDF files larger than ${formatBytes(limit)} are not shown here. Open the file.`);
  const { bytes } = await beginning(limit);
  if (!new TextDecoder('latin1').decode(bytes.subarray(0, 1024)).includes('%PDF-'))
    throw new Error('This file is not a PDF. Download it to open it.');
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/pdf' }));
  signal.addEventListener('abort', () => URL.revokeObjectURL(url), { once: true });
  place.append(element('iframe', { src: url, title: path }));
};
