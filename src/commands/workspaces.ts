import type { Host } from '../hosts/host.ts';
import type { PlatformInputs } from '../config/platform.ts';
import { readWorkspacesInputs } from '../config/workspaces.ts';
import { setOutputs } from '../config/outputs.ts';
import { count } from '../text/format.ts';
import { type WorkspaceRow, workspacesSummary } from '../report/summary.ts';
import type { SelfInfo, StoragePoint } from '../terrapi/schemas.ts';
import type { Terrapi } from '../terrapi/terrapi.ts';
import { TerrapiError } from '../terrapi/request.ts';
import { type Account, accountLines, withConnection } from './connect.ts';
import { needsNoSecret } from './readInputs.ts';
import { runCommand } from './runCommand.ts';

/** The `workspaces` action: lists the account of the client app, and the workspaces and shared folders that it may use. */
export function run(host: Host): Promise<void> {
  return runCommand(host, async (cancellation) => {
    const inputs = readWorkspacesInputs(host.input, host.mask, needsNoSecret(host), host.hints.logIn([]));
    await withConnection({ host, inputs, connections: 8, cancellation }, ({ terrapi }) =>
      listWorkspaces(host, inputs, terrapi),
    );
  });
}

async function listWorkspaces(
  host: Pick<Host, 'log' | 'summary' | 'output'>,
  inputs: Account & Pick<PlatformInputs, 'platforms'>,
  terrapi: Terrapi,
): Promise<void> {
  const [user, workspaces, folders] = await Promise.all([
    terrapi.accountName(),
    terrapi.workspaces(),
    terrapi.sharedFolders(),
  ]);
  const rows = await Promise.all([
    ...workspaces.map((listed) => describe(listed, (name) => terrapi.workspace(name))),
    ...folders.map((listed) => describe(listed, (name) => terrapi.sharedFolder(name))),
  ]);
  host.log.group(`Who: ${user}`, [
    ...accountLines(inputs),
    `Platforms asked for: ${inputs.platforms.join(', ') || 'none'}`,
  ]);
  host.log.group(
    `What: ${count(rows.length, 'workspace or shared folder', 'workspaces and shared folders')}`,
    tableLines(rows),
  );
  await host.summary(workspacesSummary(user, rows));
  setOutputs(host, { user, workspaces: JSON.stringify(rows) });
}

/** Describes a workspace or shared folder. If TerrAPI denies the details, its HTTP status is shown instead. */
async function describe(
  { name, type }: SelfInfo,
  request: (name: string) => Promise<StoragePoint>,
): Promise<WorkspaceRow> {
  const row = { name, type: shortType(type), platform: '', storage_type: '' };
  try {
    const point = await request(name);
    const state = point.initialized === false ? 'not initialized' : (point.status?.statusCode ?? 'unknown');
    return { ...row, platform: point.platformId ?? '', storage_type: point.storageType ?? '', status: state };
  } catch (error) {
    if (!(error instanceof TerrapiError)) throw error;
    return { ...row, status: error.status === 403 ? 'FORBIDDEN' : `HTTP ${error.status}` };
  }
}

/** The last segment of a type: `workspace` for `urn:resource:storage:workspace`. */
function shortType(type: string | null | undefined): string {
  return type?.split(':').at(-1) ?? '';
}

function tableLines(rows: readonly WorkspaceRow[]): string[] {
  const header: WorkspaceRow = {
    name: 'NAME',
    type: 'TYPE',
    platform: 'PLATFORM',
    storage_type: 'STORAGE',
    status: 'STATUS',
  };
  const table = [header, ...rows].map(({ name, type, platform, storage_type, status }) => [
    name,
    type,
    platform,
    storage_type,
    status,
  ]);
  const widths = table.reduce<number[]>(
    (most, cells) => cells.map((cell, column) => Math.max(most[column] ?? 0, cell.length)),
    [],
  );
  return table.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
