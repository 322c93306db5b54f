import type { Job } from './tokens/job.ts';

/**
 * What a started platform tells the programs that use it. The embedded and the real platform give the same shape, so
 * every suite runs on either.
 */
export interface Platform {
  readonly kind: 'embedded' | 'real';
  /** OpenID Connect issuer URL, without a trailing slash. */
  readonly issuer: string;
  /** Base URL of the TerrAPI stand-in, to be used as `api-url`. */
  readonly apiUrl: string;
  /** URL of the S3 server itself, whatever endpoint the workspaces name. */
  readonly storageUrl: string;
  /** PEM of the certificate (self-signed) or of the authority (private CA) to trust; absent over plain HTTP. */
  readonly caCertificate?: string;
  readonly terrapi: TerrapiControls;
  /** No part of the platform, but of the runner: GitHub's service that tells the issuer who a job is. Always plain HTTP. */
  readonly tokenService: TokenService;
  /** The store seen by its administrator, past sessions and policies: what is really stored. */
  readonly store: Store;
  stop(): Promise<void>;
}

export interface PlatformOptions {
  /** `self-signed` and `private-ca` serve all three parts over HTTPS on localhost. Default `none`. */
  readonly tls?: 'none' | 'self-signed' | 'private-ca';
  /** Life of a storage session in seconds; 20 at least on the real platform. Default 900. */
  readonly sessionSeconds?: number;
  /** Life of an access token in seconds. Default 3600. */
  readonly accessTokenSeconds?: number;
  /** First of the ports to listen on; default: any free ports. */
  readonly port?: number;
}

/** What tests may change, and look at, while the stand-in runs. */
export interface TerrapiControls {
  /** Life in seconds of the storage sessions opened from now on. */
  sessionSeconds: number;
  /** Endpoint that workspaces name from now on, e.g. a proxy before the store; `undefined`: the store's own. */
  storageEndpoint: string | undefined;
  /** How `redirect=false` downloads are answered from now on; at first `json-string`. */
  downloadForm: DownloadForm;
  /** Every request answered so far, oldest first; the path is that below `apiUrl`, without the query. */
  readonly requests: readonly { readonly method: string; readonly path: string; readonly status: number }[];
  /** Every access token that was presented and every secret key that was handed out so far: none may be seen anywhere. */
  readonly secrets: ReadonlySet<string>;
  /**
   * Answers the next `times` requests whose path starts with `path` by `answer` instead.
   *
   * @param path below `apiUrl`, e.g. `/v2/storage/token`
   */
  fail(path: string, answer: FailureAnswer, times: number): void;
}

/** GitHub's token service: what a job is told about it, and what tests may change, and look at, while it runs. */
export interface TokenService {
  /** Issuer of the tokens. */
  readonly issuer: string;
  /** What the runner sets for a job that has `permissions: id-token: write`. */
  readonly environment: Readonly<
    Record<'ACTIONS_ID_TOKEN_REQUEST_URL' | 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', string>
  >;
  /** The job that asks from now on. */
  job: Job;
  /** How long ago the tokens from now on were made, in seconds; they end 300 s after that. */
  ageSeconds: number;
  /** Whether tokens from now on are signed with a key that nobody knows. */
  forged: boolean;
  /** Every token handed out so far: none may be seen anywhere. */
  readonly issued: ReadonlySet<string>;
  /** Every request so far, oldest first, with the audience asked for; status 0 for a connection that was cut. */
  readonly requests: readonly { readonly audience: string | undefined; readonly status: number }[];
  /** A token for an audience, handed out to nobody; `changes` are to its claims, and undefined takes one out. */
  make(audience: string, changes?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Answers the next `times` requests by `answer` instead, or cuts their connections. */
  fail(answer: FailureAnswer | 'cut', times: number): void;
}

/** A link as a JSON string, as a JSON object with one URL in it, or as plain text. */
export type DownloadForm = 'json-string' | 'json-object' | 'text';

export interface FailureAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Store {
  /** Objects of a bucket whose key begins with `prefix`, in key order. */
  list(bucket: string, prefix: string): Promise<StoredObject[]>;
  get(bucket: string, key: string): Promise<{ body: Buffer; contentType: string | undefined }>;
  /** Multipart uploads of a bucket that were neither completed nor aborted. */
  pendingUploads(bucket: string): Promise<{ key: string; uploadId: string }[]>;
  /** Removes every object and every pending multipart upload of a bucket. */
  clear(bucket: string): Promise<void>;
  /** Makes every object of a bucket older by so many milliseconds. Only the embedded store can do that. */
  makeOlder?(bucket: string, milliseconds: number): void;
}

export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModified: Date;
}
