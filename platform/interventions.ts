interface DueFault<Operation, Fault> {
  readonly operation: Operation;
  readonly answer: Fault;
  times: number;
}

interface Gathering {
  readonly waiting: (() => void)[];
  readonly count: number;
}

/** What tests can do to the requests of an API's stand-in. */
export class Interventions<Operation extends string, Fault> {
  readonly #faults: DueFault<Operation, Fault>[] = [];
  readonly #gatherings = new Map<Operation, Gathering>();

  /** Sends `answer` to the next `times` requests of an operation. */
  fail(operation: Operation, answer: Fault, times: number): void {
    this.#faults.push({ operation, answer, times });
  }

  /** Removes and returns the oldest fault for an operation. */
  takeFault(operation: Operation): Fault | undefined {
    const fault = this.#faults.find((one) => one.times > 0 && one.operation === operation);
    if (fault === undefined) return undefined;
    fault.times -= 1;
    return fault.answer;
  }

  /** Holds the next `count` requests of an operation until all have arrived, so that they see the same state. */
  gather(operation: Operation, count: number): void {
    this.#gatherings.set(operation, { waiting: [], count });
  }

  /** Waits until all requests of a group have arrived. Their responses are computed before the wait. */
  async waitForOthers(operation: Operation): Promise<void> {
    const gathering = this.#gatherings.get(operation);
    if (gathering === undefined) return;
    await new Promise<void>((resolve) => {
      gathering.waiting.push(resolve);
      if (gathering.waiting.length < gathering.count) return;
      this.#gatherings.delete(operation);
      for (const go of gathering.waiting) go();
    });
  }

  reset(): void {
    this.#faults.length = 0;
    this.#gatherings.clear();
  }
}
