import * as v from 'valibot';

/** The platform uses null and missing fields alike. */
const text = v.optional(v.nullable(v.string()));

const filled = v.pipe(
  v.string(),
  v.check((text) => text !== '', 'is empty'),
);

const properties = v.optional(v.nullable(v.record(v.string(), v.nullable(v.array(v.unknown())))));

/** `GET /v2/user/info`: the account of the token. The response also contains secret tokens, which are not read. */
export const principal = v.object({ name: v.string() });

/** An entry in a list of workspaces or shared folders. */
export const selfInfo = v.object({ name: v.string(), type: text });

/** A workspace or a shared folder. TerrAPI calls both "storage point". */
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

/** `GET /v2/storage/token`: a storage session and its storage point. */
export const storageToken = v.object({
  storage: storagePoint,
  credentials: v.object({
    accessKey: filled,
    secretKey: filled,
    token: text,
    expiration: text,
  }),
});

/** RFC 9457 problem details, with the `errors` that ASP.NET adds for an invalid request. */
export const problemDetails = v.object({
  title: text,
  detail: text,
  errors: v.fallback(v.optional(v.nullable(v.record(v.string(), v.array(v.string())))), undefined),
});

export type SelfInfo = v.InferOutput<typeof selfInfo>;
export type StoragePoint = v.InferOutput<typeof storagePoint>;
export type StorageToken = v.InferOutput<typeof storageToken>;
