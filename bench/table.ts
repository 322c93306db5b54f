import type { ContenderName } from './contenders.ts';
import { figureOf, ratioOf } from './figures.ts';
import type { Spread } from './figures.ts';
import type { Load } from './loads.ts';
import type { Machine } from './machine.ts';
import type { Result } from './rounds.ts';
import type { Source } from './sources.ts';

/** The results of one load. */
export interface LoadResults {
  readonly load: Load;
  readonly source: Source;
  readonly results: readonly Result[];
}

const MiB = 1024 ** 2;

/** The whole report, in Markdown. */
export function report(
  machine: Machine,
  chapters: readonly LoadResults[],
  versions: readonly string[],
): string {
  return [
    '# Results',
    '',
    'Written by `npm run bench -- --write`. [README.md](README.md) explains what is measured, and how.',
    '',
    ...Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`),
    ...versions.map((version) => `- ${version}`),
    '',
    ...summary(chapters),
    ...chapters.flatMap(chapterLines),
  ].join('\n');
}

/** The targets of the action, and whether it reached them. */
export function summary(chapters: readonly LoadResults[]): string[] {
  const rows = chapters.map(targetRow);
  return ['## Targets', '', ...table(['load', 'target', 'measured', 'result'], rows), ''];
}

/** The table of one load. */
export function chapterLines({ load, source, results }: LoadResults): string[] {
  const reference = results.find(({ contender }) => contender.name === load.reference);
  const rows = results.map((result) => {
    const label = result.contender.label + (load.unchanged ? comparison(result) : '');
    if (result.failure !== undefined) return [label, `failed: ${firstLine(result.failure)}`, '', '', ''];
    const seconds = figureOf(result, 'seconds');
    const ratio = reference && ratioOf(result, reference);
    return [
      label,
      seconds ? `${number(seconds.median)} (${range(seconds)})` : '–',
      ratio ? `${number(ratio.ofMedians)} (${range(ratio.ofRounds)})` : '–',
      number(figureOf(result, 'cpuSeconds')?.median),
      megabytes(figureOf(result, 'peakBytes')?.greatest),
    ];
  });
  const rounds = Math.max(...results.map(({ runs }) => runs.length));
  return [
    `## ${load.title}`,
    '',
    `${count(source.files, 'file')}, ${(source.bytes / MiB).toFixed(1)} MiB; ${count(rounds, 'round')}.`,
    '',
    ...table(
      [
        'who',
        'wall s: median (range)',
        `× ${labelOf(load.reference)}: of medians (range of rounds)`,
        'CPU s',
        'peak MiB',
      ],
      rows,
    ),
    '',
  ];
}

function comparison({ contender }: Result): string {
  return contender.comparesContent ? '' : ' (transfers all files again)';
}

function targetRow(chapter: LoadResults): string[] {
  const { load, results } = chapter;
  const parts = [ratioTarget(chapter), peakTarget(chapter)].filter((part) => part !== undefined);
  const broken = results.some(({ failure }) => failure !== undefined);
  const measured = parts.every((part) => part.met !== undefined);
  const result = !measured
    ? broken
      ? 'failed'
      : 'not measured'
    : parts.every(({ met }) => met)
      ? 'met'
      : 'not met';
  return [
    load.title,
    parts.map(({ target }) => target).join(', '),
    measured ? parts.map((part) => part.measured).join(', ') : '–',
    result,
  ];
}

/** A target and its result. `met` is undefined if it was not measured. */
interface Compared {
  readonly target: string;
  readonly measured: string;
  readonly met: boolean | undefined;
}

function ratioTarget({ load, results }: LoadResults): Compared | undefined {
  const { ratio: most } = load.target;
  if (most === undefined) return undefined;
  const action = results.find(({ contender }) => contender.name === 'action');
  const reference = results.find(({ contender }) => contender.name === load.reference);
  const ratio = action && reference && ratioOf(action, reference)?.ofMedians;
  return {
    target: `≤ ${most.toFixed(2)} × ${labelOf(load.reference)}`,
    measured: `${number(ratio)} ×`,
    met: ratio === undefined ? undefined : ratio <= most,
  };
}

function peakTarget({ load, results }: LoadResults): Compared | undefined {
  const { peakBytes: most } = load.target;
  if (most === undefined) return undefined;
  const action = results.find(({ contender }) => contender.name === 'action');
  const peak = action && figureOf(action, 'peakBytes')?.greatest;
  return {
    target: `peak memory ≤ ${megabytes(most)} MiB`,
    measured: `${megabytes(peak)} MiB`,
    met: peak === undefined ? undefined : peak <= most,
  };
}

const labels: Partial<Readonly<Record<ContenderName, string>>> = {
  node: 'empty program',
  action: 'this action',
  upload: 'the upload alone',
};

function labelOf(name: ContenderName): string {
  return labels[name] ?? name;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  );
}

function count(amount: number, noun: string): string {
  return `${amount.toLocaleString('en')} ${noun}${amount === 1 ? '' : 's'}`;
}

function range({ least, greatest }: Spread): string {
  return `${number(least)} – ${number(greatest)}`;
}

function number(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(value < 100 ? 2 : 0);
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : (bytes / MiB).toFixed(0);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
