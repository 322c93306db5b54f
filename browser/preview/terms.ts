/** Names that the worker, the companion and the frame page share. */

/** Path of the companion script, relative to the site's folder. */
export const companionName = '_preview-companion.js';

/** Query parameter of a URL whose file is saved, not shown. Its value is the file name. */
export const downloadParameter = 'preview-download';

/**
 * Query parameter of a page in the frame. The frame page adds it at the end, because browsers do not load a page in a frame of itself. The URL
 * of the companion has it too, for a site that is shown in a frame.
 */
export const frameParameter = 'preview-frame';

/** Query parameter of the companion's URL: the path that the site was built for. */
export const baseParameter = 'preview-base';

/** Attribute of the frame that shows the site. */
export const frameMark = 'data-preview';

/** Event for the page in the frame: the visitor goes back or forward. */
export const traverseEvent = 'preview-traverse';
