import { githubHost } from '../hosts/github/host.ts';
import { installFetch } from '../http/globals.ts';
import type { Host } from '../hosts/host.ts';
import { fail } from '../report/log.ts';
import { holdNewSpace } from './heap.ts';

/** Runs an action on the host that there is. What Node.js would print by itself goes through the host as well. */
export async function start(run: (host: Host) => Promise<void>): Promise<void> {
  const host = githubHost(process.env);
  // Rejections that nobody handles come here too.
  const end = (error: unknown) => {
    fail(host, error);
    process.exit();
  };
  process.on('uncaughtException', end);
  process
    .removeAllListeners('warning')
    .on('warning', ({ name, message }) => host.log.debug(`${name}: ${message}`));
  installFetch();
  holdNewSpace();
  await run(host).catch(end);
}
