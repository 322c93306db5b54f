import { isCI } from 'ci-info';

import type { Environment, Provider } from './provider.ts';

/** The systems that the command knows. The first that detects itself is used. To add one, add its folder and a line here. */
export const providers: readonly Provider[] = [
  {
    name: 'gitlab',
    detects: ({ GITLAB_CI }) => GITLAB_CI === 'true',
    open: async (options) => (await import('./gitlab/host.ts')).gitlabHost(options),
  },
  {
    name: 'ci',
    detects: () => isCI,
    open: async (options) => (await import('./ci/host.ts')).ciHost(options),
  },
  {
    name: 'terminal',
    detects: () => true,
    open: async (options) => (await import('./terminal/host.ts')).terminalHost(options),
  },
];

/** The system that runs the command. */
export function providerFor(env: Environment): Provider {
  const found = providers.find(({ detects }) => detects(env));
  if (!found) throw new Error('The last provider detects every system.');
  return found;
}
