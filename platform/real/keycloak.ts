import { join } from 'node:path';
import type { InstalledParts } from './programs.ts';
import { freePort, startServer } from './server.ts';
import type { Server } from './server.ts';

/** ID and secret of a client of the realm `master`. */
export interface ClientCredentials {
  readonly id: string;
  readonly secret: string;
}

/**
 * Starts Keycloak on 127.0.0.1 with an empty database in memory. It derives its URL from each request, so a proxy with
 * `X-Forwarded-Proto` and `X-Forwarded-Host` changes the issuer.
 *
 * @param administrator a client with access to the admin API. The start creates it
 */
export async function startKeycloak(
  parts: InstalledParts,
  administrator: ClientCredentials,
): Promise<Server> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  return startServer({
    name: 'Keycloak',
    command: join(parts.keycloak, 'bin', 'kc.sh'),
    arguments: () => ['start', '--optimized'],
    environment: {
      ...process.env,
      JAVA_HOME: parts.java,
      JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx384m',
      // The second compiler of the JVM slows down the start, and does not pay off in a run of minutes.
      JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1',
      KC_CACHE: 'local',
      KC_HTTP_ENABLED: 'true',
      KC_HTTP_HOST: '127.0.0.1',
      KC_HTTP_PORT: String(port),
      KC_HOSTNAME_STRICT: 'false',
      KC_PROXY_HEADERS: 'xforwarded',
      KC_BOOTSTRAP_ADMIN_CLIENT_ID: administrator.id,
      KC_BOOTSTRAP_ADMIN_CLIENT_SECRET: administrator.secret,
    },
    url,
    ready: async () => (await fetch(`${url}/realms/master/.well-known/openid-configuration`)).ok,
    startMilliseconds: 180_000,
  });
}
