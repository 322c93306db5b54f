import { parseArgs } from 'node:util';
import type { Variant } from './action.ts';
import { contenderNames, credentialsKinds } from './contenders.ts';
import type { ContenderName, CredentialsKind } from './contenders.ts';
import { loads, memoryLoads, usualLoads } from './loads.ts';
import type { LoadName } from './loads.ts';

export const usage = `Usage: npm run bench -- [options]

Compares this action with other tools, on a new MinIO. See bench/README.md.

  --loads a,b      of ${Object.keys(loads).join(', ')}
  --rivals a,b     of ${contenderNames.slice(1).join(', ')}
  --rounds N       rounds of each load (default 5)
  --credentials C  rivals' credentials: session (default, like the action) or static
  --memory         also run the memory loads (20 GB of disk, 10 minutes)
  --with I=V,...   run the action a second time with these inputs, e.g. concurrency=64; can be repeated
  --bundle PATH    run the action a second time from another upload.js; can be repeated
  --write          write bench/RESULTS.md
  --help           print this text
`;

export interface Arguments {
  readonly loads: readonly LoadName[];
  /** Tools to compare with. `undefined`: those of the load. */
  readonly rivals: readonly ContenderName[] | undefined;
  /** Additional ways to run the action. */
  readonly variants: readonly Variant[];
  readonly rounds: number;
  readonly credentials: CredentialsKind;
  readonly write: boolean;
}

/**
 * Reads the command line.
 *
 * @returns `undefined` for `--help`
 * @throws Error that says which argument is wrong
 */
export function readArguments(args: string[]): Arguments | undefined {
  const { values } = parseArgs({
    args,
    options: {
      loads: { type: 'string' },
      rivals: { type: 'string' },
      credentials: { type: 'string', default: 'session' },
      rounds: { type: 'string', default: '5' },
      memory: { type: 'boolean', default: false },
      with: { type: 'string', multiple: true, default: [] },
      bundle: { type: 'string', multiple: true, default: [] },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  if (!/^[1-9]\d*$/.test(values.rounds)) {
    throw new Error(`Invalid --rounds "${values.rounds}": use a whole number from 1.`);
  }
  const loadNames = Object.keys(loads) as LoadName[];
  const chosen = values.loads === undefined ? usualLoads : namesIn('loads', values.loads, loadNames);
  return {
    loads: [...new Set([...chosen, ...(values.memory ? memoryLoads : [])])],
    rivals: values.rivals === undefined ? undefined : namesIn('rivals', values.rivals, contenderNames),
    variants: [
      ...values.with.map((text) => ({ inputs: inputsIn(text) })),
      ...values.bundle.map((bundle) => ({ bundle })),
    ],
    rounds: Number(values.rounds),
    credentials: namesIn('credentials', values.credentials, credentialsKinds)[0] ?? 'session',
    write: values.write,
  };
}

function inputsIn(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [, name, value] = /^([a-z-]+)=(.*)$/.exec(pair) ?? [];
      if (name === undefined || value === undefined)
        throw new Error(`Invalid --with "${pair}": use input=value.`);
      return [name, value];
    }),
  );
}

function namesIn<T extends string>(option: string, text: string, known: readonly T[]): T[] {
  return text.split(',').map((name) => {
    const found = known.find((one) => one === name);
    if (found === undefined) throw new Error(`Unknown --${option} "${name}": use ${known.join(', ')}.`);
    return found;
  });
}
