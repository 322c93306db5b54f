// First of all, before the heap grows.
import '../heap.ts';

import { run as runLinks } from '../actions/links.ts';
import { run as runRemove } from '../actions/remove.ts';
import { run as runUpload } from '../actions/upload.ts';
import { run as runWorkspaces } from '../actions/workspaces.ts';
import { githubHost } from '../hosts/github/host.ts';

export const links = () => runLinks(githubHost(process.env));
export const remove = () => runRemove(githubHost(process.env));
export const upload = () => runUpload(githubHost(process.env));
export const workspaces = () => runWorkspaces(githubHost(process.env));
