/** A column that takes no memory while all values are the usual one. */
export class MostlyAlike<T> implements Iterable<T> {
  readonly #usual: T;
  #length = 0;
  #values: T[] | undefined;

  constructor(usual: T) {
    this.#usual = usual;
  }

  add(value: T): void {
    if (value !== this.#usual) this.#values ??= new Array<T>(this.#length).fill(this.#usual);
    this.#values?.push(value);
    this.#length += 1;
  }

  areAlike(): boolean {
    return this.#values === undefined;
  }

  *[Symbol.iterator](): Generator<T> {
    if (this.#values) yield* this.#values;
    else for (let count = 0; count < this.#length; count += 1) yield this.#usual;
  }
}

/** Bytes of a signature (SHA-256), which is 64 hex characters as text. */
const packedBytes = 32;

/** Signatures in a block. */
const blockLength = 1_024;

/** A list of texts. Signatures take a third of the memory of a text, and other texts are kept as they are. */
export class PackedTexts implements Iterable<string> {
  readonly #blocks: Buffer[] = [];
  readonly #others = new Map<number, string>();
  #length = 0;

  add(text: string): void {
    const place = this.#length % blockLength;
    if (place === 0) this.#blocks.push(Buffer.alloc(blockLength * packedBytes));
    if (/^[0-9a-f]{64}$/.test(text)) this.#blocks.at(-1)?.write(text, place * packedBytes, 'hex');
    else this.#others.set(this.#length, text);
    this.#length += 1;
  }

  *[Symbol.iterator](): Generator<string> {
    for (let index = 0; index < this.#length; index += 1) {
      const start = (index % blockLength) * packedBytes;
      const block = this.#blocks[Math.floor(index / blockLength)];
      yield this.#others.get(index) ?? block?.toString('hex', start, start + packedBytes) ?? '';
    }
  }
}
