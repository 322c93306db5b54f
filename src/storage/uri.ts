import type { Location } from '../terrapi/location.ts';

/** `s3://bucket/key`, as command-line tools take it. */
export function s3Uri({ bucket }: Location, key: string): string {
  return `s3://${bucket}/${key}`;
}
