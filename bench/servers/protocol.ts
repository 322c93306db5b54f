import type { Inventory } from './inventory.ts';

/** URLs of the servers: direct, or through the delaying proxy. */
export interface Route {
  readonly issuer: string;
  readonly apiUrl: string;
  readonly storageUrl: string;
}

/** Credentials of an S3 client. */
export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Session token. */
  readonly token?: string | undefined;
}

/** The message of the server process after its start. */
export interface ServersDescription {
  readonly direct: Route;
  /** Absent if there is no delaying proxy. */
  readonly delayed?: Route;
  /** Static credentials, for rivals. */
  readonly credentials?: Credentials;
}

/** Requests to the server process. */
export type Question =
  | { readonly ask: 'inventory'; readonly prefix: string }
  /** Opens a session of the workspace, like that of the action. */
  | { readonly ask: 'session' }
  /** Empties the bucket. */
  | { readonly ask: 'empty' };

/** Its answers: an inventory (after `empty`, of the whole bucket), or a session. */
export type Answer =
  { readonly inventory: Inventory } | { readonly credentials: Credentials } | { readonly error: string };
