/** Names of a preview's own two objects. */
export interface PreviewNames {
  readonly entry: string;
  readonly worker: string;
}

/**
 * The names of the preview's objects among the generated ones of a destination; undefined where no preview is. A site with files of these
 * names has its preview under the next ones, so the last ones are the preview's.
 */
export function presentPreview(names: ReadonlySet<string>): PreviewNames | undefined {
  const numbers = [...names].map((name) => Number(/^_preview(?:-(\d{1,4}))?\.html$/.exec(name)?.[1] ?? 1));
  return [...new Set(numbers)]
    .sort((a, b) => b - a)
    .map(previewNames)
    .find(({ entry, worker }) => names.has(entry) && names.has(worker));
}

/** The n-th names of a preview's objects, from 1 on. */
export function previewNames(number: number): PreviewNames {
  const suffix = number === 1 ? '' : `-${number}`;
  return { entry: `_preview${suffix}.html`, worker: `_preview${suffix}-worker.js` };
}
