import { checkNode } from './node.ts';

if (checkNode()) await (await import('./index.ts')).download();
