/** The names of the two objects that make a preview. */
export interface PreviewNames {
  readonly entry: string;
  readonly worker: string;
}

/**
 * Finds the preview among the generated objects of a destination. If the site has files of these names, the preview has the next number, so the
 * highest number counts.
 * @returns undefined if there is no preview
 */
export function detectPreview(names: ReadonlySet<string>): PreviewNames | undefined {
  const numbers = [...names].map((name) => Number(/^_preview(?:-(\d{1,4}))?\.html$/.exec(name)?.[1] ?? 1));
  return [...new Set(numbers)]
    .sort((a, b) => b - a)
    .map(previewNames)
    .find(({ entry, worker }) => names.has(entry) && names.has(worker));
}

/** @param number from 1 */
export function previewNames(number: number): PreviewNames {
  const suffix = number === 1 ? '' : `-${number}`;
  return { entry: `_preview${suffix}.html`, worker: `_preview${suffix}-worker.js` };
}
