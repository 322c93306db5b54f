import type { Inventory } from './inventory.ts';

/** How a client gets to the servers: at once, or through the proxy that delays. */
export interface Route {
  readonly issuer: string;
  readonly apiUrl: string;
  readonly storageUrl: string;
}

/** What a client of the store signs with. */
export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Of a session. */
  readonly token?: string;
}

/** What the process of the servers says when all of them answer. */
export interface ServersDescription {
  readonly direct: Route;
  /** Absent where nothing is delayed. */
  readonly delayed?: Route;
  /** Credentials that no session limits, for rivals. */
  readonly credentials?: Credentials;
}

/** What the process of the servers is asked. */
export type Question =
  | { readonly ask: 'inventory'; readonly prefix: string }
  /** Opens a session of the workspace, as the action gets one. */
  | { readonly ask: 'session' }
  /** Empties the bucket. */
  | { readonly ask: 'empty' };

/** What it answers: an inventory (of the bucket, after it was emptied), or a session. */
export type Answer =
  { readonly inventory: Inventory } | { readonly credentials: Credentials } | { readonly error: string };
