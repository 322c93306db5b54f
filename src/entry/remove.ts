import { run } from '../actions/remove.ts';
import { githubHost } from '../hosts/github/host.ts';

await run(githubHost(process.env));
