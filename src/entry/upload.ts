import { run } from '../actions/upload.ts';

await run();
