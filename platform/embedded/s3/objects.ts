import { randomUUID } from 'node:crypto';
import type { Bodies, Body } from './bodies.ts';
import type { ChecksumAlgorithm } from './checksums.ts';
import { S3Error } from './errors.ts';

/** An immutable stored object. A write replaces it as a whole. */
export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** In whole seconds, the precision of HTTP. */
  readonly lastModified: Date;
  /** Stored headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum: ObjectChecksum | undefined;
  readonly bodies: readonly Body[];
}

export interface ObjectChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64. A composite checksum ends with `-N`. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** A multipart upload that is neither completed nor aborted. */
export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly started: Date;
  readonly headers: Readonly<Record<string, string>>;
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: ObjectChecksum['type'];
  readonly parts: Map<number, Part>;
}

export interface Part {
  readonly body: Body;
  /** Hex MD5. */
  readonly etag: string;
  readonly lastModified: Date;
  /** Base64. */
  readonly checksum: string | undefined;
}

/** The objects of a bucket. Bodies are on disk, everything else is in memory. */
export class Bucket {
  readonly uploads = new Map<string, Upload>();
  readonly #bodies: Bodies;
  readonly #objects = new Map<string, StoredObject>();
  #sorted: string[] | undefined;

  /** @param bodies storage of the bodies */
  constructor(bodies: Bodies) {
    this.#bodies = bodies;
  }

  /** Keys, sorted by their UTF-8 bytes. */
  get keys(): readonly string[] {
    return (this.#sorted ??= Array.from(this.#objects.keys()).sort(compareKeys));
  }

  /** @throws {S3Error} NoSuchKey */
  get(key: string): StoredObject {
    const object = this.#objects.get(key);
    if (object === undefined) throw new S3Error('NoSuchKey');
    return object;
  }

  has(key: string): boolean {
    return this.#objects.has(key);
  }

  async put(object: StoredObject): Promise<void> {
    const before = this.#objects.get(object.key);
    this.#objects.set(object.key, object);
    if (before === undefined) this.#sorted = undefined;
    else await this.#bodies.remove(before.bodies);
  }

  async delete(key: string): Promise<void> {
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    this.#sorted = undefined;
    await this.#bodies.remove(object.bodies);
  }

  beginUpload(upload: Omit<Upload, 'id' | 'started' | 'parts'>): Upload {
    const begun = { ...upload, id: randomUUID(), started: new Date(), parts: new Map<number, Part>() };
    this.uploads.set(begun.id, begun);
    return begun;
  }

  /** @throws {S3Error} NoSuchUpload */
  upload(id: string, key: string): Upload {
    const upload = this.uploads.get(id);
    if (upload?.key !== key) throw new S3Error('NoSuchUpload');
    return upload;
  }

  async abort(upload: Upload): Promise<void> {
    this.uploads.delete(upload.id);
    await this.#bodies.remove(Array.from(upload.parts.values(), (part) => part.body));
  }

  makeOlder(milliseconds: number): void {
    for (const [key, object] of this.#objects) {
      const lastModified = new Date(object.lastModified.getTime() - milliseconds);
      this.#objects.set(key, { ...object, lastModified });
    }
  }

  async clear(): Promise<void> {
    await Promise.all(Array.from(this.uploads.values(), (upload) => this.abort(upload)));
    await Promise.all(Array.from(this.#objects.keys(), (key) => this.delete(key)));
  }
}

/** Whether MinIO omits a key from listings. While an object `report` exists, `report/…` can be read but is not listed. */
export function isHidden(bucket: Bucket, key: string): boolean {
  for (let slash = key.indexOf('/'); slash !== -1; slash = key.indexOf('/', slash + 1)) {
    if (bucket.has(key.slice(0, slash))) return true;
  }
  return false;
}

/**
 * Rejects a key that MinIO cannot store.
 *
 * @throws {S3Error} KeyTooLongError over 1,024 bytes, and the errors of `checkName`
 */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > 1024) throw new S3Error('KeyTooLongError');
  if (key.startsWith('/')) {
    throw new S3Error('XMinioInvalidObjectName', 'Object name contains a leading slash.');
  }
  checkName(key);
}

/**
 * Rejects a name that MinIO does not look up.
 *
 * @throws {S3Error} XMinioInvalidObjectName for empty segments, segments over 255 bytes and NUL
 */
export function checkName(key: string): void {
  const unfit = key.includes('//') || key.includes('\0');
  if (unfit || key.split('/').some((segment) => Buffer.byteLength(segment) > 255)) {
    throw new S3Error('XMinioInvalidObjectName');
  }
}

/** Compares keys by UTF-8 bytes. UTF-16 units have another order above U+D7FF. */
export function compareKeys(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const difference = rank(one.charCodeAt(index)) - rank(other.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
