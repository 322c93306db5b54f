import { run } from '../actions/upload.ts';
import { start } from './start.ts';

await start(run);
