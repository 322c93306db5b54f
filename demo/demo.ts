/** Shows the action at work. It needs Node.js only. `npm run demo -- --help` lists the options. */
import { once } from 'node:events';
import { parseArgs } from 'node:util';

import { startEmbeddedPlatform } from '../platform/embedded/index.ts';
import type { Platform } from '../platform/platform.ts';
import type { RunnerResult } from '../platform/runner.ts';
import { type Opened, openLink, openLinks, openPages } from './links.ts';
import { buildSample, sampleInputs } from './sample.ts';
import { heading, linkList, logLine, openedTable, outputList, summaryText } from './screen.ts';
import { type NamedSource, type Source, readSource } from './source.ts';
import { upload } from './upload.ts';

const usage = `Usage: npm run demo                 publish a small sample site
       npm run demo -- PATH         publish a folder or file of yours
       npm run demo -- [PATH] --keep

The demo starts a small platform on this machine: a login server, TerrAPI and S3 storage. Then it runs the action
as a step of a workflow. The demo sends nothing to other machines.

Without PATH, the demo opens every link, and compares the content with the files. If all are equal, it exits with 0.
With PATH, the demo prints a link to your files. The platform runs until you press Ctrl+C.

  --keep   keep the platform running without PATH too, and print the links
  --help   print this text
`;

const print = (text: string): boolean => process.stdout.write(text);

interface Arguments {
  /** Path of the reader's own folder or file. Undefined: the sample. */
  readonly path: string | undefined;
  readonly keep: boolean;
}

/**
 * Reads the command line. Returns undefined for `--help`.
 * @throws Error for unknown options and for more than one path
 */
function readArguments(): Arguments | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { keep: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return undefined;
  const [path, ...others] = positionals;
  if (others.length > 0) throw new Error(`Too many paths: the demo publishes one folder or file.`);
  return { path, keep: values.keep ?? false };
}

/** Aborts at the first Ctrl+C. A second one ends the process at once. */
function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());
  return controller.signal;
}

/** Runs the upload action, and prints its log, outputs and job summary. */
async function runStep(
  platform: Platform,
  source: Source,
  inputs: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<RunnerResult> {
  print(heading('Log of the step'));
  const result = await upload(platform, source, inputs, (entry) => print(logLine(entry)), signal);
  print(heading('Outputs'));
  print(outputList(result.outputs));
  print(heading('Job summary'));
  print(summaryText(result.summary));
  return result;
}

/** Publishes the sample as a preview, and opens every link. Returns whether all went well. */
async function showSample(platform: Platform, keep: boolean, signal: AbortSignal): Promise<boolean> {
  const sample = await buildSample();
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => sample.remove());
  const result = await runStep(platform, sample, sampleInputs, signal);
  print(heading('Opening every link'));
  const pages = await openPages(result, sample);
  const files = await openLinks(result, sample);
  print(openedTable([...pages, ...files]));
  const equal = files.filter(({ problem }) => problem === undefined).length;
  const arePagesGood = pages.every(({ problem }) => problem === undefined);
  print(`\n${equal} of ${files.length} links open the right file.`);
  print(` The step took ${result.seconds.toFixed(1)} s. Exit code: ${result.exitCode ?? 'none'}.\n`);
  if (keep) {
    printKept(result);
    print(linkList([...files, ...pages.toReversed()]));
    if (!signal.aborted) await once(signal, 'abort');
  } else print('\nTo open the links in a browser, run: npm run demo -- --keep\n');
  return result.exitCode === 0 && equal === files.length && arePagesGood;
}

/** Publishes the reader's own files, prints a link that opens them, and waits. Returns whether it works. */
async function showOwn(platform: Platform, source: NamedSource, signal: AbortSignal): Promise<boolean> {
  const result = await runStep(platform, source, { destination: source.name }, signal);
  const url = result.outputs['url'] ?? '';
  if (result.exitCode !== 0 || url === '') return false;
  const opened: Opened = await openLink(source.name, url);
  if (opened.problem !== undefined) throw new Error(`The link to ${source.name} ${opened.problem}: ${url}`);
  printKept(result);
  print(`This link opens ${source.name}:\n${url}\n`);
  if (!signal.aborted) await once(signal, 'abort');
  return true;
}

/** Says how long the links work. The links follow. */
function printKept({ outputs }: RunnerResult): void {
  print(heading('Links'));
  const expiry = outputs['expires-at'] ?? '';
  if (expiry !== '') print(`The links expire at ${expiry}.\n`);
  print('The platform keeps running. Press Ctrl+C to stop it and to delete what it stores.\n\n');
}

async function run({ path, keep }: Arguments): Promise<boolean> {
  const source = path === undefined ? undefined : readSource(path);
  const signal = untilInterrupted();
  await using cleanup = new AsyncDisposableStack();
  print('Starting the embedded platform\n');
  const platform = await startEmbeddedPlatform();
  cleanup.defer(() => platform.stop());
  return await (source ? showOwn(platform, source, signal) : showSample(platform, keep, signal));
}

try {
  const given = readArguments();
  if (given === undefined) print(usage);
  else process.exitCode = (await run(given)) ? 0 : 1;
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\nRun npm run demo -- --help for the options.\n`);
  process.exitCode = 2;
}
