import { stripTypeScriptTypes } from 'node:module';

/** Jest transformer: the sources are erasable TypeScript, so Node's own type stripping is all they need. */
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
};
