import { ActionError } from '../../src/errors/error.ts';

/** The error that an action fails with; fails itself when there is none, or another one. */
export function failureOf(run: () => unknown): ActionError {
  try {
    run();
  } catch (error) {
    if (error instanceof ActionError) return error;
    throw error;
  }
  throw new Error('It did not fail');
}

/** As {@link failureOf}, of a promise. */
export async function rejectionOf(promise: Promise<unknown>): Promise<ActionError> {
  const error = await promise.then(
    () => new Error('It did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof ActionError) return error;
  throw error;
}
