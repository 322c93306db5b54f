import { crc32, deflateSync } from 'node:zlib';

/** Water, wetland, forest, scrub, grass, crops, bare ground, built-up. */
const colours = ['3d78b3', '7fb7a8', '2f6b3c', '7c9a4b', 'b3c56f', 'e3cf7a', 'c9a27a', 'b5534a'];

/** An invented map of land cover: a square PNG (RFC 2083), `side` pixels wide. */
export function landCover(side: number, seed: number): Buffer {
  const palette = Buffer.from(colours.join(''), 'hex');
  const pixels = Buffer.alloc(side * (side + 1));
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) pixels[y * (side + 1) + 1 + x] = cover(x / side, y / side, seed);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // Eight bits for each pixel: its index in the palette.
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, sum]);
}

/** The class of a place, in a landscape with a river and fields. */
function cover(x: number, y: number, seed: number): number {
  const height =
    noise(x * 4, y * 4, seed) * 0.6 +
    noise(x * 11, y * 11, seed + 1) * 0.3 +
    noise(x * 30, y * 30, seed + 2) * 0.1;
  const river = Math.abs(noise(x * 2.5, y * 2.5, seed + 3) - 0.5);
  if (river < 0.016) return 0;
  if (river < 0.026) return 1;
  const field = hashOf(Math.floor(x * 26 + height * 3), Math.floor(y * 21 - height * 2), seed + 4);
  if (height > 0.56) return field > 0.86 ? 3 : 2;
  if (height < 0.34 && field > 0.6) return 7;
  return 4 + Math.floor(field * 2.99);
}

/** Smooth noise from 0 to 1. */
function noise(x: number, y: number, seed: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [dx, dy] = [smooth(x - left), smooth(y - top)];
  const mix = (a: number, b: number, part: number) => a + (b - a) * part;
  return mix(
    mix(hashOf(left, top, seed), hashOf(left + 1, top, seed), dx),
    mix(hashOf(left, top + 1, seed), hashOf(left + 1, top + 1, seed), dx),
    dy,
  );
}

function smooth(part: number): number {
  return part * part * (3 - 2 * part);
}

/** A number from 0 to 1 that looks random. A place always gives the same number. */
export function hashOf(x: number, y: number, seed: number): number {
  let bits = Math.imul(x, 374_761_393) + Math.imul(y, 668_265_263) + Math.imul(seed, 2_246_822_519);
  bits = Math.imul(bits ^ (bits >>> 13), 1_274_126_177);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}
