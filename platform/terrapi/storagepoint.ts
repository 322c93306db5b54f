/** A part of the object store that sessions can be opened for: a workspace or a shared folder. */
export interface StoragePoint {
  readonly name: string;
  readonly bucket: string;
  /** Ends with a slash. */
  readonly prefix: string;
  /** S3 actions, e.g. `s3:GetObject`, that a session may take below the prefix. */
  readonly scopes: readonly string[];
}

/** Temporary credentials of the object store. */
export interface SessionCredentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly token: string;
  readonly expiration: Date;
}

/** Opens a session that may do what the storage point's scopes say, below its prefix, for `lifeSeconds`. */
export type OpenSession = (point: StoragePoint, lifeSeconds: number) => Promise<SessionCredentials>;

/** Signs a download URL with credentials of the platform's own, which outlive any session. */
export type PresignDownload = (bucket: string, key: string) => Promise<string>;
