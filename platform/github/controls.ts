import { personalToken, workflowToken } from './access.ts';
import type { Comment, Deployment, Fault, Github, Pull, Release } from './github.ts';
import type { OperationName } from './operations.ts';

interface DueFault {
  readonly operation: OperationName;
  readonly answer: Fault;
  times: number;
}

interface Gathering {
  readonly waiting: (() => void)[];
  readonly count: number;
}

const everything = { pulls: 'write', deployments: 'write', contents: 'write' } as const;

/** The repository, and what tests can change and inspect. */
export class Controls implements Omit<Github, 'stop'> {
  readonly apiUrl: string;
  readonly repository = 'example/site';
  readonly token = workflowToken;
  readonly personalToken = personalToken;
  readonly permissions: Github['permissions'] = { ...everything };
  readonly collaborators: Github['collaborators'] = new Map();
  readonly pulls: Pull[] = [];
  readonly comments: Comment[] = [];
  readonly deployments: Deployment[] = [];
  readonly releases: Release[] = [];
  environmentUrlLimit = 1024;
  readonly requests: { operation: string; status: number }[] = [];
  readonly violations: string[] = [];
  readonly #faults: DueFault[] = [];
  readonly #gatherings = new Map<OperationName, Gathering>();

  constructor(apiUrl: string) {
    this.apiUrl = apiUrl;
  }

  fail(operation: OperationName, answer: Fault, times: number): void {
    this.#faults.push({ operation, answer, times });
  }

  /** Removes and returns the oldest fault for an operation. */
  takeFault(operation: OperationName): Fault | undefined {
    const fault = this.#faults.find((one) => one.times > 0 && one.operation === operation);
    if (fault === undefined) return undefined;
    fault.times -= 1;
    return fault.answer;
  }

  gather(operation: OperationName, count: number): void {
    this.#gatherings.set(operation, { waiting: [], count });
  }

  /** Waits until all requests of a group have arrived. Their responses are computed before the wait. */
  async waitForOthers(operation: OperationName): Promise<void> {
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
    Object.assign(this.permissions, everything);
    this.environmentUrlLimit = 1024;
    this.collaborators.clear();
    for (const list of [this.pulls, this.comments, this.deployments, this.releases]) list.length = 0;
    for (const list of [this.requests, this.violations, this.#faults]) list.length = 0;
    this.#gatherings.clear();
  }
}
