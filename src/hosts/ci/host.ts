import ci from 'ci-info';

import type { Host } from '../host.ts';
import type { HostOptions } from '../provider.ts';
import { terminalHost } from '../terminal/host.ts';
import { runOf } from './facts.ts';
import { otherSystem, systems } from './systems.ts';

/** The host for CI systems without an adapter: it prints like a terminal, and knows the run. */
export function ciHost(options: HostOptions): Host {
  const system = systems[ci.id ?? ''] ?? otherSystem(ci.name);
  return { ...terminalHost(options, runOf(system, options.env)), name: system.name };
}
