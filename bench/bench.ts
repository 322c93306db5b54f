import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareAction } from './action.ts';
import { readArguments, usage } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import { findContender } from './contenders.ts';
import type { Contender, ContenderName } from './contenders.ts';
import { loads } from './loads.ts';
import type { Load } from './loads.ts';
import { describeMachine } from './machine.ts';
import type { Figures } from './measure.ts';
import { runRounds } from './rounds.ts';
import { startServers } from './servers/index.ts';
import { chapterLines, report, summary } from './table.ts';
import type { LoadResults } from './table.ts';

const resultsFile = join(import.meta.dirname, 'RESULTS.md');

/** The contenders of a load, without those that the command line excludes. */
function contendersOf(load: Load, rivals: Arguments['rivals']): ContenderName[] {
  return load.contenders.filter((name) => rivals === undefined || name === 'action' || rivals.includes(name));
}

async function runLoad(load: Load, given: Arguments, contenders: readonly Contender[]): Promise<LoadResults> {
  const source = await load.makeSource();
  // New servers for each load, so that loads do not affect each other.
  const servers = await startServers(load.servers);
  console.log(`\n${load.title}`);
  try {
    const results = await runRounds({
      load,
      source,
      servers,
      contenders,
      credentials: given.credentials,
      rounds: Math.max(1, load.repetition * given.rounds),
      onRun(round, contender, outcome) {
        console.log(`  round ${round + 1}  ${contender.id.padEnd(8)} ${tell(outcome)}`);
      },
    });
    return { load, source, results };
  } finally {
    await servers.stop();
  }
}

function tell(outcome: Figures | string): string {
  if (typeof outcome === 'string') return `FAILED: ${outcome}`;
  const { seconds, cpuSeconds, peakBytes } = outcome;
  return `${seconds.toFixed(2)} s  ${cpuSeconds.toFixed(2)} CPU s  ${(peakBytes / 1024 ** 2).toFixed(0)} MiB`;
}

/** @returns whether every run was valid */
async function run(given: Arguments): Promise<boolean> {
  const machine = await describeMachine();
  const found = new Map<ContenderName, Contender>();
  for (const name of new Set(given.loads.flatMap((name) => contendersOf(loads[name], given.rivals)))) {
    found.set(name, await findContender(name, (message) => console.log(message)));
  }
  const usual = found.get('action');
  const actions = [...(usual ? [usual] : []), ...(await Promise.all(given.variants.map(prepareAction)))];
  const chapters: LoadResults[] = [];
  for (const name of given.loads) {
    const load = loads[name];
    const contenders = contendersOf(load, given.rivals).flatMap((name) =>
      name === 'action' ? actions : (found.get(name) ?? []),
    );
    const chapter = await runLoad(load, given, contenders);
    chapters.push(chapter);
    console.log(`\n${chapterLines(chapter).join('\n')}`);
  }
  const signing = {
    static: 'static keys',
    session: 'a session of the workspace, like the action',
  };
  const setting = { ...machine, 'Rivals sign with': signing[given.credentials] };
  const versions = [...found.values()].map(({ name, version }) => `${name}: ${version}`);
  console.log(summary(chapters).join('\n'));
  if (given.write) await writeFile(resultsFile, report(setting, chapters, versions));
  return chapters.every(({ results }) => results.every(({ failure }) => failure === undefined));
}

try {
  const given = readArguments(process.argv.slice(2));
  if (given === undefined) process.stdout.write(usage);
  else process.exitCode = (await run(given)) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
