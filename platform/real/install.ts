import { cacheFolder } from './cache.ts';
import { installParts } from './programs.ts';

const parts = await installParts(cacheFolder(process.env), process.env, (message) => {
  console.log(message);
});
console.log(`Keycloak: ${parts.keycloak}\nJava:     ${parts.java}\nMinIO:    ${parts.minio}`);
