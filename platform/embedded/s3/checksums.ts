import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export type ChecksumAlgorithm = 'crc32' | 'crc32c' | 'crc64nvme' | 'sha1' | 'sha256';

/** A running checksum. */
export interface Checksum {
  update(bytes: Uint8Array): void;
  /** The result as raw bytes, big-endian for CRCs. Call it once only. */
  digest(): Buffer;
}

/** Algorithm → length of its result in bytes. */
const lengths: Readonly<Record<ChecksumAlgorithm, number>> = {
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  sha1: 20,
  sha256: 32,
};

export const checksumAlgorithms = Object.keys(lengths) as ChecksumAlgorithm[];

/** Whether `text` is a checksum of the algorithm in Base64. */
export function isChecksum(algorithm: ChecksumAlgorithm, text: string): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === lengths[algorithm] && bytes.toString('base64') === text;
}

/** Finds an algorithm by its name in any case, e.g. from `x-amz-checksum-algorithm`. `undefined` if S3 has no such algorithm. */
export function checksumAlgorithm(name: string | undefined): ChecksumAlgorithm | undefined {
  return checksumAlgorithms.find((algorithm) => algorithm === name?.toLowerCase());
}

/** Starts a checksum. */
export function createChecksum(algorithm: ChecksumAlgorithm): Checksum {
  switch (algorithm) {
    case 'sha1':
    case 'sha256': {
      const hash = createHash(algorithm);
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
    }
    case 'crc32':
      return checksum32((bytes, value) => crc32(bytes, value));
    case 'crc32c':
      return checksum32(crc32c);
    case 'crc64nvme':
      return checksum64();
  }
}

function checksum32(step: (bytes: Uint8Array, value: number) => number): Checksum {
  let value = 0;
  return {
    update(bytes) {
      value = step(bytes, value);
    },
    digest() {
      const result = Buffer.alloc(4);
      result.writeUInt32BE(value >>> 0);
      return result;
    },
  };
}

/** Castagnoli's polynomial, reflected. */
const castagnoli = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

function crc32c(bytes: Uint8Array, value: number): number {
  let rest = ~value;
  for (const byte of bytes) rest = (rest >>> 8) ^ (castagnoli[(rest ^ byte) & 0xff] ?? 0);
  return ~rest >>> 0;
}

/** The polynomial of the NVMe specification, reflected, as a table of high and low halves. */
const nvme = { high: new Uint32Array(256), low: new Uint32Array(256) };
for (let index = 0; index < 256; index++) {
  let value = BigInt(index);
  for (let bit = 0; bit < 8; bit++)
    value = (value & 1n) === 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
  nvme.high[index] = Number(value >> 32n);
  nvme.low[index] = Number(value & 0xffffffffn);
}

function checksum64(): Checksum {
  let high = -1;
  let low = -1;
  return {
    update(bytes) {
      for (const byte of bytes) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (nvme.low[index] ?? 0);
        high = (high >>> 8) ^ (nvme.high[index] ?? 0);
      }
    },
    digest() {
      const result = Buffer.alloc(8);
      result.writeUInt32BE(~high >>> 0, 0);
      result.writeUInt32BE(~low >>> 0, 4);
      return result;
    },
  };
}
