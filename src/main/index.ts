import { run as runLinks } from '../commands/links.ts';
import { run as runRemove } from '../commands/remove.ts';
import { run as runUpload } from '../commands/upload.ts';
import { run as runWorkspaces } from '../commands/workspaces.ts';
import { start } from './start.ts';

/** Loaded only here, so that the other actions start without it. */
export const download = () => start(async (host) => (await import('../commands/download.ts')).run(host));
export const links = () => start(runLinks);
export const remove = () => start(runRemove);
export const upload = () => start(runUpload);
export const workspaces = () => start(runWorkspaces);

/** The command. Its program is loaded only here, so that the actions start without it. */
export const command = async () => (await import('./commandLine.ts')).runCommandLine();
