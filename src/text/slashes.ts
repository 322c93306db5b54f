/** A text without the slashes at its ends. A pattern such as `/\/+$/` takes quadratic time for one with many slashes inside. */
export function trimSlashes(text: string): string {
  let start = 0;
  while (text[start] === '/') start += 1;
  return trimEndSlashes(text.slice(start));
}

/** A text without the slashes at its end. */
export function trimEndSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === '/') end -= 1;
  return text.slice(0, end);
}
