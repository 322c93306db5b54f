import { run } from '../actions/remove.ts';
import { start } from './start.ts';

await start(run);
