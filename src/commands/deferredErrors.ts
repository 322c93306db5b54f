/** Errors of steps on which later steps do not depend. */
export interface DeferredErrors {
  /** Runs a step, and keeps its error. @returns undefined after an error */
  readonly attempt: <T>(what: string, step: () => T | Promise<T>) => Promise<T | undefined>;
  readonly hasErrors: () => boolean;
  /** Throws the first error, if there is one. */
  readonly throwFirst: () => void;
}

/** @param explain throws an error with `what` as the beginning of its message */
export function collectErrors(explain: (what: string) => (error: unknown) => never): DeferredErrors {
  const errors: (() => never)[] = [];
  return {
    attempt: async (what, step) => {
      try {
        return await step();
      } catch (error) {
        errors.push(() => explain(what)(error));
        return undefined;
      }
    },
    hasErrors: () => errors.length > 0,
    throwFirst: () => errors[0]?.(),
  };
}
