import type { DownloadForm, FailureAnswer, TerrapiControls } from '../platform.ts';

interface Failure {
  readonly path: string;
  readonly answer: FailureAnswer;
  times: number;
}

/** The stand-in's controls, for tests and for its server. */
export class Controls implements TerrapiControls {
  sessionSeconds: number;
  storageEndpoint: string | undefined = undefined;
  downloadForm: DownloadForm = 'json-string';
  readonly requests: { method: string; path: string; status: number }[] = [];
  readonly secrets = new Set<string>();
  readonly #failures: Failure[] = [];

  constructor(sessionSeconds: number) {
    this.sessionSeconds = sessionSeconds;
  }

  fail(path: string, answer: FailureAnswer, times: number): void {
    this.#failures.push({ path, answer, times });
  }

  /** Removes and returns the oldest failure for a path. */
  takeFailure(path: string): FailureAnswer | undefined {
    const failure = this.#failures.find((one) => one.times > 0 && path.startsWith(one.path));
    if (failure === undefined) return undefined;
    failure.times -= 1;
    return failure.answer;
  }
}
