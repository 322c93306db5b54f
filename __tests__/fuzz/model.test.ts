import { afterAll, beforeAll, jest, test } from '@jest/globals';
import fc from 'fast-check';

import { buckets } from '../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { type FaultyStorage, breakStorage } from '../support/faultyServer.ts';
import type { Real } from './model/runs.ts';
import { type Model, anHour, steps } from './model/steps.ts';
import { seed } from './properties.ts';

/** Runs of the model, each with up to so many steps. */
const runs = Number(process.env['MODEL_RUNS'] ?? 15);
const stepsEach = 12;

let platform: Platform;
let storage: FaultyStorage;
beforeAll(async () => {
  // Retries wait a random share of their time. Here they wait nearly none.
  jest.spyOn(Math, 'random').mockReturnValue(0.01);
  platform = await startEmbeddedPlatform();
  storage = await breakStorage(platform.storageUrl);
  platform.terrapi.storageEndpoint = storage.url;
});
afterAll(async () => {
  jest.restoreAllMocks();
  await storage.close();
  await platform.stop();
});

const limits = { seed, interruptAfterTimeLimit: 120_000, markInterruptAsFailure: false, endOnFailure: true };

async function play(
  commands: Parameters<typeof fc.asyncModelRun<Model, Real, true, Model>>[1],
): Promise<void> {
  await platform.store.clear(buckets.outputs);
  const model = { outdated: new Set<string>() };
  await fc.asyncModelRun(() => ({ model, real: { platform, storage } }), commands);
}

// A busy machine may not reach each step in long sequences.
test('each step after two uploads and an hour', async () => {
  const [first = anHour] = steps;
  for (const each of steps)
    await fc.assert(fc.asyncProperty(fc.tuple(first, anHour, first, each), play), { ...limits, numRuns: 3 });
}, 900_000);

test('the storage holds what the contract says, after any steps, faults and kills', async () => {
  const commands = fc.commands(steps, { maxCommands: stepsEach, size: 'max' });
  await fc.assert(fc.asyncProperty(commands, play), { ...limits, numRuns: runs });
}, 600_000);
