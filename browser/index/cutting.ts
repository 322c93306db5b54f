/** Characters at the end of a name that stay visible. */
const ending = 14;

/** A name with fewer characters is not cut in the middle. */
const shortest = 24;

/** Scripts that are written from right to left. The browser cuts such names itself. */
const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** Marks and joiners that belong to the character before them. */
const joined = /[\p{M}\u200d\ufe0e\ufe0f]/u;

/**
 * The place at which a name is cut if it does not fit, so that its ending stays visible.
 * @returns a position in code units, or undefined for a short name
 */
export function cutOf(name: string): number | undefined {
  const characters = Array.from(name);
  if (characters.length < shortest || rightToLeft.test(name)) return undefined;
  let cut = characters.length - ending;
  while (cut > 0 && (joined.test(characters[cut] ?? '') || characters[cut - 1] === '\u200d')) cut -= 1;
  return cut === 0 ? undefined : characters.slice(0, cut).join('').length;
}
