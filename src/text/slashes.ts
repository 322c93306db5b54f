/** Removes slashes from both ends. A pattern like `/\/+$/` takes quadratic time for a text with many slashes inside. */
export function trimSlashes(text: string): string {
  let start = 0;
  while (text[start] === '/') start += 1;
  return trimEndSlashes(text.slice(start));
}

/** Removes slashes from the end. */
export function trimEndSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === '/') end -= 1;
  return text.slice(0, end);
}
