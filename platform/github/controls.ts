import { Interventions } from '../interventions.ts';
import { personalToken, workflowToken } from './access.ts';
import type { Comment, Deployment, Fault, Github, Pull, Release } from './github.ts';
import type { OperationName } from './operations.ts';

const everything = { pulls: 'write', deployments: 'write', contents: 'write' } as const;

/** The repository, and what tests can change and inspect. */
export class Controls extends Interventions<OperationName, Fault> implements Omit<Github, 'stop'> {
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

  constructor(apiUrl: string) {
    super();
    this.apiUrl = apiUrl;
  }

  override reset(): void {
    Object.assign(this.permissions, everything);
    this.environmentUrlLimit = 1024;
    this.collaborators.clear();
    for (const list of [this.pulls, this.comments, this.deployments, this.releases]) list.length = 0;
    for (const list of [this.requests, this.violations]) list.length = 0;
    super.reset();
  }
}
