import { run } from '../actions/workspaces.ts';
import { start } from './start.ts';

await start(run);
