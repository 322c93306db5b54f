import { run } from '../actions/links.ts';
import { githubHost } from '../hosts/github/host.ts';

await run(githubHost(process.env));
