/**
 * The folders of `src/`, in the order in which data flows through a run. A file imports from its own folder and from earlier ones only, types
 * and `import()` included. `npm run lint` checks this with dependency-cruiser. A test compares the list with CONTRIBUTING.md.
 */
export const rooms = [
  'generated',
  'text',
  'errors',
  'http',
  'hosts',
  'config',
  'auth',
  'terrapi',
  'files',
  'sync',
  'storage',
  'transfer',
  'links',
  'preview',
  'report',
  'hosts/github',
  'hosts/terminal',
  'hosts/gitlab',
  'hosts/ci',
  'commands',
  'cli',
  'main',
];

/** The list of hosts is the command's, because it names every adapter. */
const special = { hosts: '^src/hosts/(?!providers\\.ts$)[^/]+$', cli: '^src/(?:cli/|hosts/providers\\.ts$)' };

const own = (room) => special[room] ?? `^src/${room}/`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    { name: 'no-loose-file', severity: 'error', from: {}, to: { path: '^src/[^/]+$' } },
    ...rooms.map((room, index) => ({
      name: `${room}-imports-earlier-rooms-only`,
      severity: 'error',
      from: { path: own(room) },
      to: { path: '^src/', pathNot: rooms.slice(0, index + 1).map(own) },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    includeOnly: '^src/',
  },
};
