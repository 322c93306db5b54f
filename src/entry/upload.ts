import { run } from '../actions/upload.ts';
import { githubHost } from '../hosts/github/host.ts';

await run(githubHost(process.env));
