import type { OperationName } from './operations.ts';

/** A running stand-in for GitHub's REST API, with one repository. */
export interface Github {
  /** Base URL, for `GITHUB_API_URL`. */
  readonly apiUrl: string;
  /** `owner/name`, for `GITHUB_REPOSITORY`. */
  readonly repository: string;
  /** Token of a workflow, limited by {@link permissions}. One bot is the author of all its comments. */
  readonly token: string;
  /** Personal access token with all rights. */
  readonly personalToken: string;
  readonly permissions: Record<'pulls' | 'deployments' | 'contents', 'none' | 'read' | 'write'>;
  /** Permissions of users, by login. */
  readonly collaborators: Map<string, 'admin' | 'write' | 'read' | 'none'>;
  readonly pulls: Pull[];
  /** Oldest first. */
  readonly comments: Comment[];
  readonly deployments: Deployment[];
  readonly releases: Release[];
  /** Maximum length of a deployment's URL. GitHub documents no limit. */
  environmentUrlLimit: number;
  /** All answered requests. */
  readonly requests: readonly { readonly operation: string; readonly status: number }[];
  /** Requests and responses that do not match GitHub's description, as sentences. Empty if there are none. */
  readonly violations: readonly string[];
  /** Sends `answer` to the next `times` requests of an operation. */
  fail(operation: OperationName, answer: Fault, times: number): void;
  /** Holds the next `count` requests of an operation until all have arrived, so that they see the same state. */
  gather(operation: OperationName, count: number): void;
  /** Empties the repository and the list of requests. */
  reset(): void;
  stop(): Promise<void>;
}

/** A response that replaces the normal one. `drop` closes the connection without a response. */
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
  /** Owner of the branch's repository. It differs for a fork. */
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
