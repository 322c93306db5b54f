/** Names of a preview's own two objects. */
export interface PreviewNames {
  readonly entry: string;
  readonly worker: string;
}

/** Names that no file of the site has. */
export function previewNames(names: ReadonlySet<string>): PreviewNames {
  for (let number = 1; ; number += 1) {
    const own = namesOf(number);
    if (!names.has(own.entry) && !names.has(own.worker)) return own;
  }
}

/**
 * The names of the preview's objects among all that is below a destination; undefined where no preview is. A site with files of these names has
 * its preview under the next ones, so the last ones are the preview's.
 */
export function presentPreview(names: ReadonlySet<string>): PreviewNames | undefined {
  let found: PreviewNames | undefined;
  for (let number = 1; ; number += 1) {
    const own = namesOf(number);
    const isThere = [names.has(own.entry), names.has(own.worker)];
    if (isThere.every(Boolean)) found = own;
    else if (!isThere.some(Boolean)) return found;
  }
}

function namesOf(number: number): PreviewNames {
  const suffix = number === 1 ? '' : `-${number}`;
  return { entry: `_preview${suffix}.html`, worker: `_preview${suffix}-worker.js` };
}
