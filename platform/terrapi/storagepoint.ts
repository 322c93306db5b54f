/** A part of the storage that has sessions: a workspace or a shared folder. */
export interface StoragePoint {
  readonly name: string;
  readonly bucket: string;
  /** Ends with a slash. */
  readonly prefix: string;
  /** S3 actions that a session allows below the prefix, e.g. `s3:GetObject`. */
  readonly scopes: readonly string[];
}

/** Credentials of the storage. */
export interface SessionCredentials {
  readonly accessKey: string;
  readonly secretKey: string;
  /** A storage without temporary credentials has no token. */
  readonly token: string | undefined;
  readonly expiration: Date;
}

/** Opens a session with the storage point's scopes, below its prefix, for `lifeSeconds`. */
export type OpenSession = (point: StoragePoint, lifeSeconds: number) => Promise<SessionCredentials>;

/** Presigns a download with the platform's own credentials, which outlive any session. */
export type PresignDownload = (bucket: string, key: string) => Promise<string>;
