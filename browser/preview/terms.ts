/** What worker and companion call things between them. */

/** Path of the companion within the site's folder. */
export const companionName = '_preview-companion.js';

/** Of an address whose file is to be saved and not shown: the name to save it by. */
export const downloadParameter = 'preview-download';
