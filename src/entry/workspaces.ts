import { run } from '../actions/workspaces.ts';

await run();
