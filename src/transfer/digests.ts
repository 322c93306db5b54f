import type { WalkedFile } from '../files/walk.ts';
import { type Fingerprint, createScratch, fingerprint } from './digest.ts';
import { type ReaderSettings, type Readers, openReaders } from './hashPool.ts';

/** Reads files to know their contents. */
export interface Fingerprints {
  /** Tells of a file whose fingerprint may be wanted: it is read when there are many, and nothing else to read. */
  readonly expect: (file: WalkedFile) => void;
  /**
   * The fingerprints of files, in their order.
   * @throws ActionError `files` as {@link fingerprint} does, or the signal's reason
   */
  readonly of: (files: readonly WalkedFile[]) => Promise<readonly Fingerprint[]>;
  readonly close: () => Promise<void>;
}

export interface FingerprintTools extends ReaderSettings {
  /** Threads to read with where there is much to read. */
  readonly threads: number;
  readonly signal: AbortSignal;
}

const MiB = 1024 ** 2;

/** Less than this is read before a thread has started. */
const fewFiles = 250;
const fewBytes = 16 * MiB;

/** What is read ahead is handed over in large lots, for the main thread walks on meanwhile, and does not see who has read all of its own. */
const lotFiles = 1_024;
const lotBytes = 32 * MiB;

/** A larger file is not read ahead: whoever asks for another must not have to wait for it. */
const largestAhead = 4 * MiB;

/** Reads a little by itself, and much on threads, which are started when they are first needed. */
export function openFingerprints(tools: FingerprintTools): Fingerprints {
  const { threads, signal } = tools;
  const [asked, expected] = [createTally(), createTally()];
  let lot: WalkedFile[] = [];
  let readers: Readers | undefined;
  return {
    expect: (file) => {
      if (file.size > largestAhead) return;
      lot.push(file);
      if (!expected.passes([file], lotFiles, lotBytes)) return;
      readers ??= openReaders(tools, threads, signal);
      readers.ahead(lot);
      lot = [];
      expected.restart();
    },
    of: async (files) => {
      const isMuch = asked.passes(files, fewFiles, fewBytes);
      if (!readers && !isMuch) return readHere(files, tools);
      readers ??= openReaders(tools, threads, signal);
      return readers.of(files);
    },
    close: async () => readers?.close(),
  };
}

/** Adds up files and bytes, until they pass a limit. */
function createTally() {
  let [count, bytes] = [0, 0];
  return {
    passes: (files: readonly WalkedFile[], mostFiles: number, mostBytes: number): boolean => {
      count += files.length;
      for (const { size } of files) bytes += size;
      return count > mostFiles || bytes > mostBytes;
    },
    restart: () => {
      [count, bytes] = [0, 0];
    },
  };
}

function readHere(files: readonly WalkedFile[], tools: FingerprintTools): Fingerprint[] {
  const { sha256Wanted, partSize, signal } = tools;
  signal.throwIfAborted();
  const scratch = createScratch();
  return files.map((file) => fingerprint(file, scratch, sha256Wanted, partSize));
}
