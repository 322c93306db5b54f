import { isUtf8 } from 'node:buffer';

import { declarationLength, declaredEncoding } from './declaredEncoding.ts';
import { isUntyped, unknownType, utf8 } from './mediaTypes.ts';

/** Bytes at the start of a file of unknown type that decide whether it is text. */
const sniffedBytes = 512;

/**
 * Corrects the type that {@link mediaType} gives a file, with its content. It runs for each uploaded file.
 * - Text that is not UTF-8, or that declares another encoding, has no `charset`. The header would override what the page declares.
 * - A file of an unknown type is plain text if it is UTF-8 without control characters, e.g. a script without an extension.
 * - `.ts` is TypeScript or an MPEG transport stream, whose packets of 188 bytes start with `G` (ISO 13818-1).
 * @param type of the name
 * @param content the whole file, or its start
 * @param isWhole whether it is the whole file
 */
export function contentType(name: string, type: string, content: Buffer, isWhole = true): string {
  if (type === unknownType)
    return content.length > 0 && isUntyped(name) && isPlainText(content, isWhole)
      ? `text/plain${utf8}`
      : type;
  if (!type.endsWith(utf8)) return type;
  const bare = type.slice(0, -utf8.length);
  if (!isUtf8(isWhole ? content : withoutCutCharacter(content)))
    return content[0] === 0x47 && content[188] === 0x47 && /ts$/i.test(name) ? 'video/mp2t' : bare;
  return declaresOther(bare, content) ? bare : type;
}

/** Whether {@link contentType} may change the type of a name. */
export function dependsOnContent(type: string): boolean {
  return type === unknownType || type.endsWith(utf8);
}

function isPlainText(content: Buffer, isWhole: boolean): boolean {
  const start = content.subarray(0, sniffedBytes);
  for (const byte of start) if (byte < 0x20 && !(byte >= 0x08 && byte <= 0x0d) && byte !== 0x1b) return false;
  return isUtf8(isWhole ? content : withoutCutCharacter(content));
}

/** The content without the last character, which may not be complete. The first of its bytes is at least 0xC0. */
function withoutCutCharacter(content: Buffer): Buffer {
  for (let back = 1; back <= 3 && back <= content.length; back += 1) {
    const byte = content[content.length - back] ?? 0;
    if (byte >= 0xc0) return content.subarray(0, -back);
    if (byte < 0x80) break;
  }
  return content;
}

/** Whether a page or a style sheet declares an encoding other than UTF-8. */
function declaresOther(type: string, content: Buffer): boolean {
  if (type !== 'text/html' && type !== 'text/css') return false;
  const start = content.toString('latin1', 0, declarationLength);
  const declared = type === 'text/html' ? declaredEncoding(start) : /^@charset "([^"]+)"/.exec(start)?.[1];
  return declared !== undefined && !/^(?:utf-?8|unicode-1-1-utf-8|x-unicode20utf8)$/i.test(declared);
}
