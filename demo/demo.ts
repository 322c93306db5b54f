/**
 * Shows the action at work with nothing but Node.js: `npm run demo`, and `npm run demo -- --help` for what else there is.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';

import { startEmbeddedPlatform } from '../platform/embedded/index.ts';
import type { Platform } from '../platform/platform.ts';
import { type Opened, openLinks } from './links.ts';
import { type Sample, buildSample } from './sample.ts';
import { heading, logLine, openedTable, outputList, summaryText } from './screen.ts';
import { uploadSample } from './upload.ts';

const usage = `Usage: npm run demo [-- --keep]

Starts an issuer, a TerrAPI stand-in and an S3 server on this machine, builds a small sample, uploads it with the
bundle in dist/ as a runner would, opens every link and compares the bytes. Ends with 0 when all of them are equal.

  --keep   leaves the platform running and prints the links in full, to be opened by hand; Ctrl-C ends it
  --help   this text
`;

const print = (text: string): boolean => process.stdout.write(text);

/** The word given on the command line; throws with a sentence for whoever typed something else. */
function readArguments(): 'run' | 'keep' | 'help' {
  const { values } = parseArgs({
    options: { keep: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return 'help';
  return values.keep ? 'keep' : 'run';
}

/** Aborted by the first Ctrl-C; a second one ends the process at once. */
function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());
  return controller.signal;
}

interface Shown {
  readonly opened: readonly Opened[];
  /** Whether the step ended well and every link gave the bytes of its file. */
  readonly passed: boolean;
}

/** Uploads, shows all that a user of the action gets to see, and opens every link. */
async function show(platform: Platform, sample: Sample, signal: AbortSignal): Promise<Shown> {
  print(heading('Log of the step'));
  const result = await uploadSample(platform, sample, (entry) => print(logLine(entry)), signal);
  print(heading('Outputs'));
  print(outputList(result.outputs));
  print(heading('Job summary'));
  print(summaryText(result.summary));
  print(heading('Opening every link'));
  const opened = await openLinks(result, sample);
  print(openedTable(opened));
  const equal = opened.filter(({ problem }) => problem === undefined).length;
  print(`\n${equal} of ${opened.length} links gave the bytes of their file.`);
  print(` The step took ${result.seconds.toFixed(1)} s and ended with ${result.exitCode ?? 'a signal'}.\n`);
  return { opened, passed: result.exitCode === 0 && equal === opened.length };
}

/** Prints the links in full, and waits for Ctrl-C. */
async function keepRunning(opened: readonly Opened[], signal: AbortSignal): Promise<void> {
  print(heading('Links'));
  for (const { name, url } of opened) print(`${name}\n${url}\n\n`);
  print(
    'A link opens its one file: index.html comes without its style sheet, whose address is not signed.\n',
  );
  print('The links end with their session; run the demo again for new ones.\n');
  print('The platform goes on running. Ctrl-C stops it and removes what it stored.\n');
  if (!signal.aborted) await once(signal, 'abort');
}

async function run(keep: boolean): Promise<boolean> {
  const signal = untilInterrupted();
  await using cleanup = new AsyncDisposableStack();
  print('Starting the embedded platform\n');
  const platform = await startEmbeddedPlatform();
  cleanup.defer(() => platform.stop());
  const sample = await buildSample();
  cleanup.defer(() => sample.remove());
  const { opened, passed } = await show(platform, sample, signal);
  if (keep) await keepRunning(opened, signal);
  return passed;
}

try {
  const asked = readArguments();
  if (asked === 'help') print(usage);
  else process.exitCode = (await run(asked === 'keep')) ? 0 : 1;
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\nnpm run demo -- --help tells what there is.\n`);
  process.exitCode = 2;
}
