import * as v from 'valibot';

/** Null and missing mean the same to the platform; both become undefined here. */
const text = v.optional(v.nullable(v.string()));

const filled = v.pipe(
  v.string(),
  v.check((text) => text !== '', 'is empty'),
);

const properties = v.optional(v.nullable(v.record(v.string(), v.nullable(v.array(v.unknown())))));

/** `GET /v2/user/info`: who the token belongs to. Its tokens are secret and are not read. */
export const principal = v.object({ name: v.string() });

/** One line of a list of workspaces or shared folders. */
export const selfInfo = v.object({ name: v.string(), type: text });

/** A workspace or a shared folder: both are storage points. */
export const storagePoint = v.object({
  name: v.string(),
  type: text,
  storageType: text,
  initialized: v.optional(v.nullable(v.boolean())),
  endPoint: text,
  owner: text,
  platformId: text,
  resource_uris: v.optional(v.nullable(v.array(v.string()))),
  status: v.optional(v.nullable(v.object({ statusCode: text, message: text }))),
  properties,
});

/** `GET /v2/storage/token`: a storage session and the storage point that it opens. */
export const storageToken = v.object({
  storage: storagePoint,
  credentials: v.object({
    accessKey: filled,
    secretKey: filled,
    token: text,
    expiration: text,
  }),
});

/** RFC 9457 problem details, with the map of errors that ASP.NET adds when a request is not valid. */
export const problem = v.object({
  title: text,
  detail: text,
  errors: v.fallback(v.optional(v.nullable(v.record(v.string(), v.array(v.string())))), undefined),
});

export type SelfInfo = v.InferOutput<typeof selfInfo>;
export type StoragePoint = v.InferOutput<typeof storagePoint>;
export type StorageToken = v.InferOutput<typeof storageToken>;
