import { contentType, dependsOnContent } from '../files/contentType.ts';
import type { Put } from '../sync/plan.ts';
import type { FileReader } from './fileReader.ts';

/** Bytes that are read to find the type of a file that never is in memory as a whole. */
const startBytes = 64 * 1024;

/** The put with the type of its content, which the input `headers` can override. */
export function withStoredType(put: Put, content: Buffer, isWhole = true): Put {
  if (put.hasGivenType) return put;
  const type = contentType(put.name, put.contentType, content, isWhole);
  return type === put.contentType ? put : { ...put, contentType: type };
}

/** Like {@link withStoredType}, for a large file. It reads only the start, and only if the type depends on it. */
export async function withTypeOfStart(put: Put, reader: FileReader): Promise<Put> {
  if (put.hasGivenType || !dependsOnContent(put.contentType)) return put;
  const start = Buffer.alloc(Math.min(put.file.size, startBytes));
  await reader.read(start, 0);
  return withStoredType(put, start, start.length === put.file.size);
}
