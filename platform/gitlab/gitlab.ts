import type { Authority } from '../tokens/authority.ts';
import type { OperationName } from './operations.ts';

/** A running stand-in for a GitLab instance with one project: its REST API, and the issuer of its identity tokens. */
export interface Gitlab {
  /** URL of the instance, and issuer of its identity tokens. */
  readonly url: string;
  /** Base URL of the REST API, for `CI_API_V4_URL`. */
  readonly apiUrl: string;
  /** The issuer of identity tokens, for the platform's federation. */
  readonly authority: Pick<Authority, 'issuer' | 'jwksUrl'>;
  readonly project: { readonly id: number; readonly path: string };
  /** Project access token. Its user is a bot. */
  readonly token: string;
  /** Access token of a person, with all rights. */
  readonly personalToken: string;
  /** `CI_JOB_TOKEN`. It may read notes and write releases. */
  readonly jobToken: string;
  /** Role and scopes of the project access token. */
  readonly access: { role: 'guest' | 'reporter' | 'developer'; scope: 'api' | 'read_api' };
  readonly mergeRequests: MergeRequest[];
  /** Oldest first. */
  readonly notes: Note[];
  readonly releases: Release[];
  /** All answered requests. */
  readonly requests: readonly { readonly operation: string; readonly status: number }[];
  /** Requests that do not match GitLab's documentation, as sentences. Empty if there are none. */
  readonly violations: readonly string[];
  /** Sends `answer` to the next `times` requests of an operation. */
  fail(operation: OperationName, answer: Fault, times: number): void;
  /** Holds the next `count` requests of an operation until all have arrived, so that they see the same state. */
  gather(operation: OperationName, count: number): void;
  /** Makes an identity token, as `id_tokens:` does. @param changes claims to change; undefined removes a claim */
  idToken(audience: string, changes?: Readonly<Record<string, unknown>>): Promise<string>;
  /** The predefined variables of a job in a pipeline of a merge request; of a branch if `pull` is undefined. */
  variables(pull: number | undefined): Readonly<Record<string, string>>;
  /** Empties the project and the list of requests. */
  reset(): void;
  stop(): Promise<void>;
}

/** A response that replaces the normal one. `drop` closes the connection without a response. */
export type Fault =
  | 'drop'
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: object;
    };

export interface User {
  readonly id: number;
  readonly username: string;
}

export interface MergeRequest {
  readonly iid: number;
  /** ID of the source project. It differs for a fork. */
  readonly sourceProjectId: number;
  readonly branch: string;
  readonly sha: string;
}

export interface Note {
  readonly id: number;
  readonly mergeRequest: number;
  readonly author: User;
  body: string;
  readonly system?: boolean;
  /** Whether the list leaves it out, as GitLab does with notes that the user may not see. The page is then shorter. */
  readonly hidden?: boolean;
}

export interface Release {
  readonly tag: string;
  readonly links: ReleaseLink[];
}

export interface ReleaseLink {
  readonly id: number;
  name: string;
  url: string;
}

export const bot: User = { id: 4711, username: 'project_7_bot_0123456789abcdef' };
export const person: User = { id: 1, username: 'ann' };
