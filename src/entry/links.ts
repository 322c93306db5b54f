import { run } from '../actions/links.ts';

await run();
