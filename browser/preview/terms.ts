/** Names that the worker and the companion share. */

/** Path of the companion script, relative to the site's folder. */
export const companionName = '_preview-companion.js';

/** Query parameter of a URL whose file is saved, not shown. Its value is the file name. */
export const downloadParameter = 'preview-download';
