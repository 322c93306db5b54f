import type { ServerCertificate } from '../certificates.ts';
import { listen } from '../listener.ts';
import type { Listener } from '../listener.ts';
import type { PlatformOptions } from '../platform.ts';
import { createProxy } from './proxy.ts';

/** URLs of Keycloak and MinIO themselves. */
export interface Origins {
  readonly identity: string;
  readonly storage: string;
}

/** Public URLs of a platform's parts. */
export interface Front extends Origins {
  /** Listener of the TerrAPI stand-in. */
  readonly api: Listener;
  close(): Promise<void>;
}

/**
 * Opens the ports of a platform before its servers start. With HTTPS or fixed ports, Keycloak and MinIO are behind proxies. Otherwise clients
 * reach them directly.
 *
 * @throws if a port is in use
 */
export async function openFront(
  behind: Origins,
  port: PlatformOptions['port'],
  certificate: ServerCertificate | undefined,
): Promise<Front> {
  if (certificate === undefined && port === undefined) {
    const api = await listen(undefined, undefined);
    return { ...behind, api, close: () => api.close() };
  }
  const listeners: Listener[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.close()));
  };
  const open = async (offset: number): Promise<Listener> => {
    const listener = await listen(port && port + offset, certificate);
    listeners.push(listener);
    return listener;
  };
  try {
    const identity = await open(0);
    const api = await open(1);
    const storage = await open(2);
    const { protocol, host } = new URL(identity.origin);
    identity.handle(
      createProxy(behind.identity, {
        'x-forwarded-proto': protocol.slice(0, -1),
        'x-forwarded-host': host,
      }),
    );
    storage.handle(createProxy(behind.storage));
    return { identity: identity.origin, storage: storage.origin, api, close };
  } catch (error) {
    await close();
    throw error;
  }
}
