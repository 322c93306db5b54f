import { links } from './index.js';

await links();
