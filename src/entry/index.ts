export { run as upload } from '../actions/upload.ts';
export { run as workspaces } from '../actions/workspaces.ts';
