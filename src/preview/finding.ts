/** What may work differently in a preview than on a web server. */
export type FindingKind =
  /** Links to pages at `/…`. The companion redirects them into the preview. */
  | 'root-links'
  /** A site that was built for another path, e.g. the root of a host, and routes by path. A frame shows it. */
  | 'root-router'
  /** The site registers a service worker. */
  | 'own-worker'
  /** A service worker of the site makes its pages cross-origin isolated. The preview does it too. */
  | 'isolation'
  /** A frame whose requests do not reach the service worker. */
  | 'sandboxed-frame'
  /** Files in `<object>` or `<embed>`. Browsers load them without the service worker. */
  | 'plugin'
  /** Resources over plain http. */
  | 'mixed-content'
  /** Pages load files of the site from its public address. */
  | 'public-files'
  /** Pages link to pages of the site at its public address. */
  | 'public-links'
  /** Requests that block a script. Some browsers send them without the service worker. */
  | 'synchronous-request'
  /** Configuration for a web host, e.g. `_redirects`, which has no effect. */
  | 'host-rules';

export interface Finding {
  readonly kind: FindingKind;
  /** The first places, as `file:line`. */
  readonly places: readonly string[];
  /** Number of files that have it. */
  readonly files: number;
}
