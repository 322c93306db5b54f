import type { OperationName } from './operations.ts';

/** A running stand-in for GitHub's REST API, with one repository. */
export interface Github {
  /** Base URL, to be used as `GITHUB_API_URL`. */
  readonly apiUrl: string;
  /** `owner/name`, to be used as `GITHUB_REPOSITORY`. */
  readonly repository: string;
  /** Token as a workflow gets it, limited by {@link permissions}; the comments of all such are those of one bot. */
  readonly token: string;
  /** Token of a person, who may do everything. */
  readonly personalToken: string;
  readonly permissions: Record<'pulls' | 'deployments' | 'contents', 'none' | 'read' | 'write'>;
  /** What people may do, by their login. */
  readonly collaborators: Map<string, 'admin' | 'write' | 'read' | 'none'>;
  readonly pulls: Pull[];
  /** In the order in which they were made. */
  readonly comments: Comment[];
  readonly deployments: Deployment[];
  readonly releases: Release[];
  /** Characters that a deployment's URL may have; GitHub names no limit. */
  environmentUrlLimit: number;
  /** All that was answered so far. */
  readonly requests: readonly { readonly operation: string; readonly status: number }[];
  /** What was asked or answered against GitHub's description, in sentences: nothing, when all is well. */
  readonly violations: readonly string[];
  /** Answers the next `times` requests of an operation by `answer` instead. */
  fail(operation: OperationName, answer: Fault, times: number): void;
  /** Holds the next requests of an operation until `count` of them are there, so that they see the same state. */
  gather(operation: OperationName, count: number): void;
  /** Empties the repository, and forgets what was asked. */
  reset(): void;
  stop(): Promise<void>;
}

/** An answer that GitHub gives instead; `drop` closes the connection without one. */
export type Fault =
  | 'drop'
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly message?: string;
    };

export interface Account {
  readonly login: string;
  readonly id: number;
  readonly type: 'User' | 'Bot';
}

export interface Pull {
  readonly number: number;
  readonly state: 'open' | 'closed';
  /** Owner of the repository that the branch is in: another one for a fork. */
  readonly owner: string;
  readonly branch: string;
  readonly sha: string;
  readonly locked?: boolean;
}

export interface Comment {
  readonly id: number;
  readonly issue: number;
  readonly author: Account;
  body: string;
}

export interface Deployment {
  readonly id: number;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly transient: boolean;
  readonly payload: Readonly<Record<string, unknown>> | string;
  readonly creator: Account;
  /** Oldest first. */
  readonly statuses: DeploymentStatus[];
}

export interface DeploymentStatus {
  readonly id: number;
  readonly state: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
  readonly description: string;
}

export interface Release {
  readonly id: number;
  readonly tag: string;
  body: string | null;
  readonly draft: boolean;
  readonly immutable: boolean;
}

export const bot: Account = { login: 'github-actions[bot]', id: 41_898_282, type: 'Bot' };
export const person: Account = { login: 'octocat', id: 1, type: 'User' };
