import { remove } from './index.js';

await remove();
