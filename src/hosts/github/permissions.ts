import type { ReportKind } from '../reporter.ts';

/** Scopes of a job's token and what they allow (GitHub, "Workflow syntax", `permissions`). */
export type Permissions = Readonly<Record<string, 'read' | 'write'>>;

/** What each report needs. A checkout needs `contents: read`: a job that lists any permission loses the defaults. */
export const permissionsFor: Readonly<Record<ReportKind, Permissions>> = {
  comment: { contents: 'read', 'pull-requests': 'write' },
  deployment: { contents: 'read', deployments: 'write' },
  release: { contents: 'write' },
};

/** The lines of a workflow that grant all of these permissions. */
export function permissionLines(needed: readonly Permissions[]): string[] {
  const all = new Map<string, 'read' | 'write'>();
  for (const permissions of needed) {
    for (const [scope, access] of Object.entries(permissions))
      all.set(scope, all.get(scope) === 'write' ? 'write' : access);
  }
  const lines = [...all].sort(([a], [b]) => (a < b ? -1 : 1));
  return ['permissions:', ...lines.map(([scope, access]) => `  ${scope}: ${access}`)];
}
