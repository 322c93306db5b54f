import { ActionError } from '../../src/errors/error.ts';

/** The ActionError that a function throws. Throws if there is none, or another error. */
export function failureOf(run: () => unknown): ActionError {
  try {
    run();
  } catch (error) {
    if (error instanceof ActionError) return error;
    throw error;
  }
  throw new Error('It did not fail');
}

/** Like {@link failureOf}, for a promise. */
export async function rejectionOf(promise: Promise<unknown>): Promise<ActionError> {
  const error = await promise.then(
    () => new Error('It did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof ActionError) return error;
  throw error;
}

/** The error with which a promise rejects. */
export async function errorFrom(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('It did not fail');
    },
    (error: unknown) => error,
  );
}
