import { githubHost } from '../hosts/github/host.ts';
import { installFetch } from '../http/fetchGlobals.ts';
import type { Host } from '../hosts/host.ts';
import { fail } from '../report/log.ts';
import { watchHeap } from '../transfer/heapLimits.ts';

/** Runs an action on GitHub. Errors and warnings that Node.js would print go through the host. */
export async function start(run: (host: Host) => Promise<void>): Promise<void> {
  const host = githubHost(process.env);
  // Unhandled rejections end here as well.
  const end = (error: unknown) => {
    fail(host, error);
    process.exit();
  };
  process.on('uncaughtException', end);
  process
    .removeAllListeners('warning')
    .on('warning', ({ name, message }) => host.log.debug(`${name}: ${message}`));
  installFetch();
  watchHeap();
  await run(host).catch(end);
}
