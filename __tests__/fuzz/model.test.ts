import { afterAll, beforeAll, jest, test } from '@jest/globals';
import fc from 'fast-check';

import { buckets } from '../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { type FaultyStorage, breakStorage } from '../support/faultyServer.ts';
import { steps } from './model/steps.ts';
import { seed } from './properties.ts';

/** Runs of the model, each with up to so many steps. */
const runs = Number(process.env['MODEL_RUNS'] ?? 25);
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

test('the storage holds what the contract says, after any steps, faults and kills', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: stepsEach, size: 'max' }), async (commands) => {
      await platform.store.clear(buckets.outputs);
      const model = { outdated: new Set<string>() };
      await fc.asyncModelRun(() => ({ model, real: { platform, storage } }), commands);
    }),
    {
      numRuns: runs,
      seed,
      interruptAfterTimeLimit: 120_000,
      markInterruptAsFailure: false,
      endOnFailure: true,
    },
  );
}, 600_000);
