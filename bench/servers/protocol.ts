import type { Inventory } from './inventory.ts';

/** How a client gets to the servers: at once, or through the proxy that delays. */
export interface Route {
  readonly issuer: string;
  readonly apiUrl: string;
  readonly storageUrl: string;
}

/** What the process of the servers says when all of them answer. */
export interface ServersDescription {
  readonly direct: Route;
  /** Absent where nothing is delayed. */
  readonly delayed?: Route;
  /** Credentials that no session limits, for rivals. */
  readonly credentials?: { readonly accessKey: string; readonly secretKey: string };
}

/** What the process of the servers is asked. */
export type Question =
  | { readonly ask: 'inventory'; readonly prefix: string }
  /** Empties the bucket. */
  | { readonly ask: 'empty' };

/** What it answers: the inventory of what was asked for, or of the bucket after it was emptied. */
export type Answer = { readonly inventory: Inventory } | { readonly error: string };
