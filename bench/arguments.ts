import { parseArgs } from 'node:util';
import type { Variant } from './action.ts';
import { contenderNames } from './contenders.ts';
import type { ContenderName } from './contenders.ts';
import { loads, memoryLoads, usualLoads } from './loads.ts';
import type { LoadName } from './loads.ts';
import { credentialsKinds } from './rounds.ts';
import type { CredentialsKind } from './rounds.ts';

export const usage = `Usage: npm run bench -- [options]

Compares this action with other tools, on a MinIO that it starts. bench/README.md says how.

  --loads a,b      of ${Object.keys(loads).join(', ')}
  --rivals a,b     of ${contenderNames.slice(1).join(', ')}
  --rounds N       rounds of each load (default 5)
  --credentials C  what rivals sign with: session (default), as the action has to, or static
  --memory         the loads that are about memory as well (20 GB of disk, 10 minutes)
  --with I=V,...   the action once more, with these inputs, e.g. concurrency=64; may be repeated
  --bundle PATH    the action once more, from another bundle's upload.js; may be repeated
  --write          write bench/RESULTS.md
  --help           this text
`;

export interface Wish {
  readonly loads: readonly LoadName[];
  /** Who takes part beside the action; `undefined`: whoever the load names. */
  readonly rivals: readonly ContenderName[] | undefined;
  /** How the action takes part beside its usual way. */
  readonly variants: readonly Variant[];
  readonly rounds: number;
  readonly credentials: CredentialsKind;
  readonly write: boolean;
}

/**
 * Reads the command's arguments.
 *
 * @returns `undefined` when help was asked for
 * @throws {Error} with a sentence for whoever typed them
 */
export function readArguments(args: string[]): Wish | undefined {
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
    throw new Error(`--rounds is a whole number from 1 on; not "${values.rounds}".`);
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
      if (name === undefined || value === undefined) throw new Error(`--with is input=value; not "${pair}".`);
      return [name, value];
    }),
  );
}

function namesIn<T extends string>(option: string, text: string, known: readonly T[]): T[] {
  return text.split(',').map((name) => {
    const found = known.find((one) => one === name);
    if (found === undefined) throw new Error(`--${option} knows ${known.join(', ')}; not "${name}".`);
    return found;
  });
}
