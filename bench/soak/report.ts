import type { Machine } from '../machine.ts';
import { figureKinds } from './figures.ts';
import type { Sample, Verdict } from './figures.ts';
import type { ServerState } from './server.ts';

export interface PublisherResult {
  readonly name: string;
  readonly what: string;
  readonly samples: readonly Sample[];
  /** Exit code of its process. Each error of a run ends it with another code than 0. */
  readonly code: number | null;
  /** What was left below its folder in the end. */
  readonly objects: number;
  readonly pending: number;
}

interface SoakResult {
  readonly machine: Machine;
  readonly minutes: number;
  readonly state: ServerState;
  readonly publishers: readonly (PublisherResult & { readonly verdicts: readonly Verdict[] })[];
}

/** Writes the result as Markdown, and decides whether everything was flat. */
export function formatReport({ machine, minutes, state, publishers }: SoakResult): {
  readonly text: string;
  readonly isFlat: boolean;
} {
  const isClean = (one: PublisherResult) => one.code === 0 && one.objects === 0 && one.pending === 0;
  const isFlat = publishers.every((one) => isClean(one) && one.verdicts.every((verdict) => verdict.isFlat));
  const { requests, ...faults } = state.counts;
  const lines = [
    '# The soak',
    '',
    `\`npm run soak -- --minutes ${minutes} --write\` writes this page. \`bench/README.md\` explains what it measures.`,
    '',
    `Result: **${isFlat ? 'everything is flat' : 'NOT everything is flat'}**. The publishers ran for ${minutes} minutes.`,
    `The storage got ${requests} requests, and opened ${state.sessions} sessions of 25 s. Faults: ${Object.entries(
      faults,
    )
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}.`,
    '',
    ...Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`),
    ...publishers.flatMap((publisher) => [
      '',
      `## ${publisher.what}`,
      '',
      `${publisher.samples.length} samples. Exit code ${publisher.code ?? 'none'}. At the end, ${publisher.objects} objects and ${publisher.pending} multipart uploads were left.`,
      '',
      '| figure | 1st quarter | 2nd | 3rd | 4th | highest | limit of the 4th | flat |',
      '| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
      ...publisher.verdicts.map(rowOf),
    ]),
    '',
  ];
  return { text: lines.join('\n'), isFlat };
}

function rowOf({ name, quarters, highest, isFlat }: Verdict): string {
  const { label, unit, tolerance } = figureKinds[name];
  const show = (value: number) =>
    `${unit === '' ? Number(value.toFixed(1)) : value.toFixed(1)}${unit && ` ${unit}`}`;
  const limit = (quarters[0] ?? 0) * tolerance.ratio + tolerance.extra;
  return `| ${[label, ...[...quarters, highest, limit].map(show), isFlat ? 'yes' : '**no**'].join(' | ')} |`;
}
