import type { Files } from './files.ts';

/** The other files of the list, for a document with links to them. */
export interface Neighbors {
  /** The signed link of a file, by its path relative to the destination. Undefined if the list has no such file. */
  readonly linkOf: (path: string) => string | undefined;
  /** Shows a file of the list in the pane, by its path. */
  readonly open: (path: string) => void;
}

export function createNeighbors(files: Files, show: (file: number) => void): Neighbors {
  let places: Map<string, number> | undefined;
  const fileAt = (path: string): number | undefined => {
    places ??= new Map(Array.from({ length: files.count }, (_, file) => [files.path(file), file]));
    return places.get(path);
  };
  return {
    linkOf: (path) => {
      const file = fileAt(path);
      return file === undefined ? undefined : files.url(file);
    },
    open: (path) => {
      const file = fileAt(path);
      if (file !== undefined) show(file);
    },
  };
}
