import { run } from '../actions/remove.ts';

await run();
