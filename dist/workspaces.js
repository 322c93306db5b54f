import { workspaces } from './index.js';

await workspaces();
