import { fold } from './search.ts';

/** Milliseconds after which a letter starts a new name. */
const pause = 1_000;

/** The letters that were typed in the list, and the time of the last one. */
export interface Typed {
  readonly text: string;
  /** Milliseconds, from any start. */
  readonly at: number;
}

export const nothingTyped: Typed = { text: '', at: -Infinity };

/** Whether a letter that is typed now continues the name before it. */
export function isTyping({ text, at }: Typed, now: number): boolean {
  return text !== '' && now - at < pause;
}

/** Adds a letter to what was typed, or starts again after a pause. */
export function typeLetter(typed: Typed, letter: string, now: number): Typed {
  return { text: isTyping(typed, now) ? typed.text + fold(letter) : fold(letter), at: now };
}

/**
 * Finds the next row whose name begins with the typed letters. The search starts at the active row, or below it for the first letter, and
 * continues at the top. The same letter several times moves to the next name with this letter.
 * @param count number of rows
 * @param nameAt name of a row
 * @param active position of the active row
 */
export function positionOfName(
  { text }: Typed,
  count: number,
  nameAt: (position: number) => string,
  active: number,
): number | undefined {
  const [first = ''] = text;
  const isRepeated = text === first.repeat(text.length);
  const from = (start: number, wanted: string): number | undefined => {
    for (let step = 0; step < count; step += 1) {
      const position = (start + step) % count;
      if (fold(nameAt(position)).startsWith(wanted)) return position;
    }
    return undefined;
  };
  const found = from(text.length > 1 ? active : active + 1, text);
  return found ?? (isRepeated ? from(active + 1, first) : undefined);
}
