/** Something that ends and has to be got again, such as a token; however many ask at once, one request is made. */
export interface Renewable<T> {
  /** What is held while it is fresh, else a new one. */
  get(): Promise<T>;
  /** A new one, unless what is held is another one already than the one refused. */
  replace(isRefused: (held: T) => boolean): Promise<T>;
}

export function renewable<T extends object>(
  open: () => Promise<T>,
  isFresh: (held: T) => boolean,
): Renewable<T> {
  let held: T | undefined;
  let opening: Promise<T> | undefined;
  const renew = () => {
    opening ??= open()
      .then((opened) => (held = opened))
      .finally(() => (opening = undefined));
    return opening;
  };
  return {
    get: async () => (held && isFresh(held) ? held : renew()),
    replace: async (isRefused) => (held && !isRefused(held) ? held : renew()),
  };
}
