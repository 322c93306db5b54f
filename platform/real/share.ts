/** `npm run platform:share -- FILE` starts a Keycloak that several platforms can use. Ctrl+C stops it. */
import { once } from 'node:events';
import { resolve } from 'node:path';
import { cacheFolder } from './cache.ts';
import { identityVariable, shareIdentity, startIdentity } from './sharedKeycloak.ts';
import { installParts } from './programs.ts';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: npm run platform:share -- FILE (a new file, which describes the running Keycloak)');
  process.exit(2);
}
const parts = await installParts(cacheFolder(process.env), process.env, (message) => {
  console.error(message);
});
const path = resolve(file);
const identity = await shareIdentity(await startIdentity(parts), path);
console.log(
  `Keycloak is running. Press Ctrl+C to stop it. To let platforms use it:\n\nexport ${identityVariable}=${path}`,
);
const running = setInterval(() => undefined, 60_000);
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
clearInterval(running);
await identity.stop();
