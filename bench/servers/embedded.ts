/** Runs the embedded platform in a separate process. */
import { buckets } from '../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import { takeInventory } from './inventory.ts';
import { serve } from './serving.ts';

const { issuer, apiUrl, storageUrl, store } = await startEmbeddedPlatform();
serve(
  { direct: { issuer, apiUrl, storageUrl } },
  {
    inventory: (prefix) => takeInventory(store, prefix),
    empty: () => store.clear(buckets.outputs),
    openSession: () => Promise.reject(new Error('On the embedded platform, only the action can be measured')),
  },
);
