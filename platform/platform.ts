import type { Hold } from './listener.ts';
import type { Job } from './tokens/job.ts';

/** A running platform. The embedded and the real one have the same interface, so that every suite runs on both. */
export interface Platform {
  readonly kind: 'embedded' | 'real';
  /** OpenID Connect issuer URL, without a trailing slash. */
  readonly issuer: string;
  /** Base URL of the TerrAPI stand-in, for the input `api-url`. */
  readonly apiUrl: string;
  /** URL of the S3 server itself. Workspaces may name another endpoint. */
  readonly storageUrl: string;
  /** PEM of the certificate (self-signed) or authority (private CA) to trust. Absent over plain HTTP. */
  readonly caCertificate?: string;
  readonly terrapi: TerrapiControls;
  /** A stand-in for GitHub's token service, which gives identity tokens to jobs. Always plain HTTP. */
  readonly tokenService: TokenService;
  /** The administrator's view of the storage, without sessions and policies. */
  readonly store: Store;
  stop(): Promise<void>;
}

export interface PlatformOptions {
  /** `self-signed` and `private-ca` serve all three parts over HTTPS on localhost. Default `none`. */
  readonly tls?: 'none' | 'self-signed' | 'private-ca';
  /** Lifetime of a storage session in seconds, at least 20 on the real platform. Default: 900. */
  readonly sessionSeconds?: number;
  /** Lifetime of an access token in seconds. Default: 3600. */
  readonly accessTokenSeconds?: number;
  /** Issuer of the identity tokens of a GitLab instance, for the client app `gitlabApp`. Only on the embedded platform. */
  readonly gitlab?: { readonly issuer: string; readonly jwksUrl: string };
  /** Whether sessions may list and abort multipart uploads, unlike those of the Terradue platform. Only on the embedded platform. */
  readonly abortsUploads?: boolean;
  /** Awaited before each request of a client is handled. Only on the embedded platform. */
  readonly hold?: Hold;
  /** First of the ports to listen on. Default: any free ports. */
  readonly port?: number;
}

/** What tests can change and inspect while the stand-in runs. */
export interface TerrapiControls {
  /** Lifetime of the storage sessions opened from now on, in seconds. */
  sessionSeconds: number;
  /** Endpoint of the workspaces from now on, e.g. a proxy. `undefined`: the storage itself. */
  storageEndpoint: string | undefined;
  /** Format of the responses to `redirect=false` downloads from now on. At the start: `json-string`. */
  downloadForm: DownloadForm;
  /** Every answered request, oldest first. The path is relative to `apiUrl`, without the query. */
  readonly requests: readonly { readonly method: string; readonly path: string; readonly status: number }[];
  /** Every access token received and every secret key issued. None of them may appear anywhere. */
  readonly secrets: ReadonlySet<string>;
  /**
   * Sends `answer` to the next `times` requests whose path starts with `path`.
   *
   * @param path relative to `apiUrl`, e.g. `/v2/storage/token`
   */
  fail(path: string, answer: FailureAnswer, times: number): void;
}

/** The stand-in for GitHub's token service: a job's variables, and what tests can change and inspect. */
export interface TokenService {
  /** Issuer of the tokens. */
  readonly issuer: string;
  /** The variables of a job with `permissions: id-token: write`. */
  readonly environment: Readonly<
    Record<'ACTIONS_ID_TOKEN_REQUEST_URL' | 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', string>
  >;
  /** The job that tokens are for from now on. */
  job: Job;
  /** Age of the tokens from now on, in seconds. They expire at an age of 300 s. */
  ageSeconds: number;
  /** Whether tokens from now on are signed with an unpublished key. */
  forged: boolean;
  /** Every issued token. None of them may appear anywhere. */
  readonly issued: ReadonlySet<string>;
  /** Every request with its audience, oldest first. Status 0 means a closed connection. */
  readonly requests: readonly { readonly audience: string | undefined; readonly status: number }[];
  /** Makes a token without a request. @param changes claims to change; undefined removes a claim */
  make(audience: string, changes?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Sends `answer` to the next `times` requests, or closes their connections. */
  fail(answer: FailureAnswer | 'cut', times: number): void;
}

/** A link as a JSON string, as a JSON object with one URL, or as plain text. */
export type DownloadForm = 'json-string' | 'json-object' | 'text';

export interface FailureAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Store {
  /** Objects of a bucket whose keys begin with `prefix`, sorted by key. */
  list(bucket: string, prefix: string): Promise<StoredObject[]>;
  get(bucket: string, key: string): Promise<{ body: Buffer; contentType: string | undefined }>;
  /** Multipart uploads of a bucket that are neither completed nor aborted. */
  pendingUploads(bucket: string): Promise<{ key: string; uploadId: string }[]>;
  /** Removes every object and every pending multipart upload of a bucket. */
  clear(bucket: string): Promise<void>;
  /** Makes every object of a bucket older by so many milliseconds. MinIO's store cannot do that. */
  makeOlder?(bucket: string, milliseconds: number): void;
}

export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModified: Date;
}
