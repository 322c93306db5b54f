import { run } from '../actions/links.ts';
import { start } from './start.ts';

await start(run);
