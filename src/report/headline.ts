import { count } from '../text/format.ts';

/** What an upload did, or would do, in numbers. */
export interface Changes {
  readonly uploaded: number;
  /** There already with the same content. */
  readonly unchanged: number;
  readonly deleted: number;
}

/** The numbers in words, e.g. `Uploaded 3 files, 2 files unchanged, 1 stale object deleted`. */
export function headline({ uploaded, unchanged, deleted }: Changes, dryRun: boolean): string {
  return [
    `${dryRun ? 'Would upload' : 'Uploaded'} ${count(uploaded, 'file')}`,
    ...(unchanged > 0 ? [`${count(unchanged, 'file')} unchanged`] : []),
    ...(deleted > 0 ? [`${count(deleted, 'stale object')} ${dryRun ? 'to delete' : 'deleted'}`] : []),
  ].join(', ');
}
