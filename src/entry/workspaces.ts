import { run } from '../actions/workspaces.ts';
import { githubHost } from '../hosts/github/host.ts';

await run(githubHost(process.env));
