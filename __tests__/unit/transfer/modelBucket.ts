import { hash } from 'node:crypto';

import type { Answer, Asked } from '../servers.ts';
import { type LocalBucket, errorXml, keyAsked, openBucket } from '../storage/localBucket.ts';

/** A request to the storage. */
export interface Arrival extends Asked {
  readonly key: string;
  /** `PUT`, `PART`, `BEGIN`, `COMPLETE`, `ABORT`, `HEAD`. */
  readonly what: string;
  /** The part number, from 1; else 0. */
  readonly part: number;
}

/** A bucket in memory that stores objects and parts, and records requests. */
export interface ModelBucket extends LocalBucket {
  readonly objects: Map<string, string>;
  readonly arrivals: Arrival[];
  /** Multipart uploads that are neither completed nor aborted. */
  readonly pending: Map<string, Map<number, string>>;
  /** The highest number of concurrent requests so far. */
  readonly most: () => number;
}

/** @param decide may give another answer than the model */
export async function modelBucket(
  decide: (arrival: Arrival, bucket: ModelBucket) => Answer | undefined | Promise<Answer | undefined> = () =>
    undefined,
): Promise<ModelBucket> {
  const objects = new Map<string, string>();
  const pending = new Map<string, Map<number, string>>();
  const arrivals: Arrival[] = [];
  let underWay = 0;
  let most = 0;
  const local = await openBucket(async (asked) => {
    const arrival = describe(asked);
    arrivals.push(arrival);
    underWay += 1;
    most = Math.max(most, underWay);
    try {
      return (await decide(arrival, bucket)) ?? store(arrival, bucket);
    } finally {
      underWay -= 1;
    }
  });
  const bucket: ModelBucket = { ...local, objects, pending, arrivals, most: () => most };
  return bucket;
}

function describe(asked: Asked): Arrival {
  const query = new URL(asked.path, 'http://localhost').searchParams;
  const part = Number(query.get('partNumber') ?? 0);
  const inParts: Record<string, string> = { POST: 'COMPLETE', DELETE: 'ABORT', PUT: 'PART' };
  const method = asked.method ?? '';
  const what = query.has('uploads') ? 'BEGIN' : query.has('uploadId') ? (inParts[method] ?? '') : method;
  return { ...asked, key: keyAsked(asked), what, part };
}

function store({ what, key, part, body, headers }: Arrival, { objects, pending }: ModelBucket): Answer {
  const exists = headers['if-none-match'] === '*' && objects.has(key);
  if (exists) return { status: 412, body: errorXml('PreconditionFailed') };
  const parts = pending.get(key) ?? new Map<number, string>();
  switch (what) {
    case 'PUT':
      objects.set(key, body);
      return { headers: { etag: `"${hash('md5', body)}"` } };
    case 'BEGIN':
      pending.set(key, parts);
      return {
        body: `<InitiateMultipartUploadResult><UploadId>${key}</UploadId></InitiateMultipartUploadResult>`,
      };
    case 'PART':
      parts.set(part, body);
      return { headers: { etag: `"${hash('md5', body)}"` } };
    case 'COMPLETE':
      objects.set(
        key,
        [...body.matchAll(/<PartNumber>(\d+)</g)]
          .map(([, number]) => parts.get(Number(number)) ?? '')
          .join(''),
      );
      pending.delete(key);
      return { body: `<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>` };
    case 'ABORT':
      pending.delete(key);
      return { status: 204 };
    default: {
      const held = objects.get(key);
      return held === undefined ? { status: 404 } : { headers: { etag: `"${hash('md5', held)}"` } };
    }
  }
}
