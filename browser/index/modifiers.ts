/** Whether Ctrl, Command or Alt is pressed. Browsers have shortcuts with these keys. Shift also makes capital letters. */
export function hasModifier({ ctrlKey, metaKey, altKey }: KeyboardEvent | MouseEvent): boolean {
  return ctrlKey || metaKey || altKey;
}
