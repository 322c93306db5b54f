import { contentType, dependsOnContent } from '../files/contentType.ts';
import type { Put } from '../sync/plan.ts';
import type { FileReader } from './fileReader.ts';

/** Bytes that are read to find the type of a file that never is in memory as a whole. */
const startBytes = 64 * 1024;

/** The content type to store, which the content decides, but not against the input `headers`. */
export function storedType(put: Put, content: Buffer, isWhole = true): string {
  return put.hasGivenType ? put.contentType : contentType(put.name, put.contentType, content, isWhole);
}

/** Like {@link storedType}, for a large file. It reads only the start, and only if the type depends on it. */
export async function storedTypeOfStart(put: Put, reader: FileReader): Promise<string> {
  if (put.hasGivenType || !dependsOnContent(put.contentType)) return put.contentType;
  const start = Buffer.alloc(Math.min(put.file.size, startBytes));
  await reader.read(start, 0);
  return storedType(put, start, start.length === put.file.size);
}
