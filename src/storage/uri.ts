import type { Location } from '../terrapi/location.ts';

/** `s3://bucket/key`, for command-line tools. */
export function s3Uri({ bucket }: Location, key: string): string {
  return `s3://${bucket}/${key}`;
}
