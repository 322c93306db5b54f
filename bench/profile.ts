/** Shows where the action spends its time with a load: `npm run bench:profile -- <load>`. */
import { mkdtemp, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareAction } from './action.ts';
import type { Task } from './contenders.ts';
import { loads } from './loads.ts';
import { measure } from './measure.ts';
import { startServers } from './servers/index.ts';

/** The parts of a V8 profile that this script reads. Times are in microseconds. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const repository = resolve(import.meta.dirname, '..');
const shown = 30;

/** Profiles one run of the source, because the bundle has no function names. */
async function profileRun(name: string): Promise<string> {
  const load = Object.entries(loads).find(([known]) => known === name)?.[1];
  if (load === undefined) throw new Error(`Usage: npm run bench:profile -- ${Object.keys(loads).join('|')}`);
  const source = await load.makeSource();
  const servers = await startServers(load.servers);
  try {
    const route = load.delayed ? (servers.delayed ?? servers.direct) : servers.direct;
    const place = { destination: 'profile', prefix: 'ci/profile/', inputs: load.inputs ?? {} };
    const { unchanged } = load;
    const task: Task = { source, route, credentials: undefined, target: undefined, unchanged, ...place };
    const folder = await mkdtemp(join(tmpdir(), 'bench-profile-'));
    const action = await prepareAction({});
    if (load.unchanged) {
      const first = await action.prepare(task);
      await measure(first);
      await first.cleanUp?.();
    }
    const command = await action.prepare(task);
    const entry = join(repository, 'src', 'main', 'upload.ts');
    const figures = await measure({
      ...command,
      arguments: ['--cpu-prof', `--cpu-prof-dir=${folder}`, entry],
    });
    await command.cleanUp?.();
    console.log(
      `${figures.seconds.toFixed(2)} s, ${figures.cpuSeconds.toFixed(2)} CPU s of all threads, ${(figures.peakBytes / 1024 ** 2).toFixed(0)} MiB`,
    );
    return join(folder, (await readdir(folder))[0] ?? '');
  } finally {
    await servers.stop();
  }
}

/** Self time of each function in the main thread, in milliseconds. The longest is first. */
function selfTimes({ nodes, samples, timeDeltas }: Profile): [string, number][] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.startsWith('file:') ? relative(repository, fileURLToPath(url)) : url;
      return [id, `${functionName || '(anonymous)'} ${file && `${file}:${lineNumber + 1}`}`];
    }),
  );
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '';
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  });
  return [...times].sort(([, a], [, b]) => b - a);
}

const file = await profileRun(process.argv[2] ?? '');
const times = selfTimes(JSON.parse(await readFile(file, 'utf8')) as Profile);
for (const [name, ms] of times.slice(0, shown)) console.log(`${ms.toFixed(0).padStart(8)} ms  ${name}`);
console.log(`Open it in a browser's developer tools: ${file}`);
