import { buffer } from 'node:stream/consumers';
import type { Store } from '../platform.ts';
import { readBodies } from './s3/bodies.ts';
import type { Bucket } from './s3/objects.ts';

/** The administrator's view of the buckets, without signatures and sessions. */
export function createStore(buckets: ReadonlyMap<string, Bucket>): Store {
  const find = (name: string): Bucket => {
    const bucket = buckets.get(name);
    if (bucket === undefined) throw new Error(`Unknown bucket: ${name}`);
    return bucket;
  };
  return {
    list(name, prefix) {
      const bucket = find(name);
      const keys = bucket.keys.filter((key) => key.startsWith(prefix));
      return Promise.resolve(
        keys.map((key) => {
          const { size, etag, lastModified } = bucket.get(key);
          return { key, size, etag, lastModified };
        }),
      );
    },
    async get(name, key) {
      const object = find(name).get(key);
      return { body: await buffer(readBodies(object.bodies)), contentType: object.headers['content-type'] };
    },
    pendingUploads: (name) =>
      Promise.resolve(Array.from(find(name).uploads.values(), ({ key, id }) => ({ key, uploadId: id }))),
    clear: (name) => find(name).clear(),
    makeOlder: (name, milliseconds) => find(name).makeOlder(milliseconds),
  };
}
