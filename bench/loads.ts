import type { ContenderName } from './contenders.ts';
import type { ServersKind } from './servers/index.ts';
import { documentation, fewFiles, largeFile, mixedTree, smallFiles, sparseFile } from './sources.ts';
import type { Source } from './sources.ts';

const KiB = 1024;
const GiB = 1024 ** 3;

/** A load: the files, the contenders, and the target of the action. */
export interface Load {
  readonly title: string;
  readonly servers: ServersKind;
  /** Whether the network has a delay. */
  readonly delayed: boolean;
  /** Whether files are downloaded. They are uploaded before the first round. */
  readonly downloads: boolean;
  /** Whether the same contender has transferred the files before. */
  readonly unchanged: boolean;
  /** The contenders. The first is the action. */
  readonly contenders: readonly [ContenderName, ...ContenderName[]];
  /** The contender whose time is 1 in the table. */
  readonly reference: ContenderName;
  readonly target: Target;
  /** Additional inputs of the action. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Runs of each contender, as a multiple of `--rounds`. 0 means a single run. */
  readonly repetition: number;
  makeSource(): Promise<Source>;
}

/** Target of the action: a maximum ratio to the reference's time, a maximum of memory, or both. */
export interface Target {
  readonly ratio?: number;
  readonly peakBytes?: number;
}

const MiB = 1024 ** 2;

const ordinary = {
  servers: 'minio',
  delayed: false,
  downloads: false,
  unchanged: false,
  contenders: ['action', 's5cmd', 'rclone', 'aws-cli', 'plain'],
  reference: 's5cmd',
  repetition: 1,
} as const;

// Without `plain`: one upload after the other would take a quarter of an hour.
const far = {
  ...ordinary,
  delayed: true,
  contenders: ['action', 's5cmd', 'rclone', 'aws-cli'],
  target: { ratio: 1 },
} as const;

// The storage keeps nothing, so that only the clients are measured.
const taking = {
  ...ordinary,
  servers: 'taking',
  contenders: ['action', 's5cmd', 's5cmd-static'],
} as const;

const download = {
  ...ordinary,
  downloads: true,
  contenders: ['action', 's5cmd', 'rclone', 'aws-cli'],
} as const;

const memory = {
  ...ordinary,
  contenders: ['action'],
  reference: 'action',
  repetition: 0,
  target: { peakBytes: 300 * MiB },
} as const;

const definitions = {
  large: {
    ...ordinary,
    title: '1 × 1 GiB',
    target: { ratio: 0.8 },
    makeSource: () => largeFile(GiB),
  },
  small: {
    ...ordinary,
    title: '10,000 × 4 KiB',
    target: { ratio: 0.95 },
    makeSource: () => smallFiles(10_000, 4 * KiB),
  },
  tree: {
    ...ordinary,
    title: 'A mixed tree (node_modules)',
    target: { ratio: 0.95 },
    makeSource: mixedTree,
  },
  unchanged: {
    ...ordinary,
    title: 'The same tree again, unchanged',
    unchanged: true,
    contenders: ['action', 'rclone'],
    reference: 'rclone',
    target: { ratio: 0.5 },
    makeSource: mixedTree,
  },
  preview: {
    ...ordinary,
    title: 'A site of 2,000 files, as a preview',
    contenders: ['action', 'upload'],
    reference: 'upload',
    inputs: { preview: 'true' },
    target: { ratio: 1.1 },
    makeSource: () => documentation(2000),
  },
  few: {
    ...ordinary,
    title: '3 small files, on the embedded platform',
    servers: 'embedded',
    contenders: ['action', 'node'],
    reference: 'node',
    repetition: 4,
    target: { ratio: 15 },
    makeSource: fewFiles,
  },
  'large-far': { ...far, title: '1 × 1 GiB, 20 ms away', makeSource: () => largeFile(GiB) },
  'small-far': {
    ...far,
    title: '10,000 × 4 KiB, 20 ms away',
    makeSource: () => smallFiles(10_000, 4 * KiB),
  },
  'take-large': {
    ...taking,
    title: '1 × 1 GiB, into a storage that keeps nothing',
    target: { ratio: 0.85 },
    makeSource: () => largeFile(GiB),
  },
  'take-small': {
    ...taking,
    title: '10,000 × 4 KiB, into a storage that keeps nothing',
    target: { ratio: 0.6 },
    makeSource: () => smallFiles(10_000, 4 * KiB),
  },
  'take-many': {
    ...taking,
    title: '300,000 × 64 bytes, into a storage that keeps nothing',
    target: { ratio: 0.45, peakBytes: 320 * MiB },
    makeSource: () => smallFiles(300_000, 64),
  },
  'get-large': {
    ...download,
    title: 'Download of 1 × 1 GiB',
    target: { ratio: 0.9 },
    makeSource: () => largeFile(GiB),
  },
  'get-small': {
    ...download,
    title: 'Download of 10,000 × 4 KiB',
    target: { ratio: 0.9 },
    makeSource: () => smallFiles(10_000, 4 * KiB),
  },
  'get-unchanged': {
    ...download,
    title: 'The same download again, unchanged',
    unchanged: true,
    contenders: ['action', 'rclone'],
    reference: 'rclone',
    target: { ratio: 0.5 },
    makeSource: () => smallFiles(10_000, 4 * KiB),
  },
  'memory-large': { ...memory, title: '1 × 10 GiB', makeSource: () => sparseFile(10 * GiB) },
  'memory-small': {
    ...memory,
    title: '100,000 × 1 KiB',
    makeSource: () => smallFiles(100_000, KiB),
  },
} satisfies Readonly<Record<string, Load>>;

export type LoadName = keyof typeof definitions;

export const loads: Readonly<Record<LoadName, Load>> = definitions;

/** The default loads. */
export const usualLoads: readonly LoadName[] = [
  'large',
  'small',
  'tree',
  'unchanged',
  'preview',
  'few',
  'large-far',
  'small-far',
  'take-large',
  'take-small',
  'take-many',
  'get-large',
  'get-small',
  'get-unchanged',
];

/** Loads that need much time and disk space, for one figure each. */
export const memoryLoads: readonly LoadName[] = ['memory-large', 'memory-small'];
