// First of all, before the heap grows.
import '../heap.ts';

export { run as links } from '../actions/links.ts';
export { run as remove } from '../actions/remove.ts';
export { run as upload } from '../actions/upload.ts';
export { run as workspaces } from '../actions/workspaces.ts';
