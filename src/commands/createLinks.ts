import type { LinkInputs } from '../config/links.ts';
import type { Host, Log } from '../hosts/host.ts';
import type { Links } from '../links/manifest.ts';
import type { PlatformLinkOptions } from '../links/platformLinks.ts';
import { signSessionLinks } from '../links/sessionLinks.ts';
import type { StorageClient } from '../storage/client.ts';
import type { Terrapi } from '../terrapi/terrapi.ts';
import { count } from '../text/format.ts';
import { setting, wording } from '../text/wording.ts';

/**
 * Makes links to keys. A run may call it several times, because the files have links before the pages.
 * @param stored resolves when the objects are stored: platform links are tested only then. By default they are
 */
export type MakeLinks = (keys: Iterable<string>, stored?: Promise<unknown>) => Promise<Links>;

/** The two that can sign links: the storage session of the client, and the platform. */
interface Signers {
  readonly terrapi: Terrapi;
  readonly client: StorageClient;
  readonly signal: AbortSignal;
}

/** Makes the links of a run. */
export interface LinkMaker {
  readonly make: MakeLinks;
  /**
   * Requests the first link from the platform while the last files are uploaded, if `make` will request it. `make` throws its errors.
   * @param files number of all files
   * @param stored resolves when the object of the key is stored
   */
  readonly prefetch: (first: string, files: number, stored: Promise<unknown>) => Promise<void>;
  /**
   * Call it if platform links turn out not to work. With `links: auto`, the session signs all links from then on, and the caller makes them
   * again.
   * @returns false if there is no other way to make links
   */
  readonly fallBack: (error: unknown) => boolean;
}

/**
 * Makes links as the inputs ask for; undefined with `links: none`.
 * @param preview whether the links are for a preview
 */
export async function createLinkMaker(
  host: Host,
  { links: kind, expiresIn, maskLinks }: Pick<LinkInputs, 'links' | 'expiresIn' | 'maskLinks'>,
  signers: Signers,
  preview: boolean,
): Promise<LinkMaker | undefined> {
  if (kind === 'none') return undefined;
  const session = sessionLinks(expiresIn, signers.client);
  const { make, prefetch, fallBack } =
    kind === 'session'
      ? { make: session, prefetch: () => Promise.resolve(), fallBack: () => false }
      : kind === 'platform'
        ? platformLinks(host.log, signers)
        : await automaticLinks(host.log, session, signers, { expiresIn, preview });
  return {
    prefetch,
    fallBack,
    make: async (keys, stored) => {
      const links = await make(keys, stored);
      if (maskLinks) hideLinks(host, keys, links);
      return links;
    },
  };
}

/** One session signs all links of a run. It was fresh when the first link was made. */
function sessionLinks(expiresIn: number | undefined, client: StorageClient): MakeLinks {
  let signed: Promise<Links> | undefined;
  return () => (signed ??= signSessionLinks(client, expiresIn));
}

const progressEveryMs = 5_000;

function platformLinks(log: Log, signers: Signers): LinkMaker {
  const onUntried = (why: string) =>
    log.warning(
      'platform-links-untried',
      `The platform's links could not be tried: ${why} from ${wording().machine}. Open one of them, or use ${setting('links', 'session')}.`,
    );
  const { request, prefetch } = platformRequests(log, { ...signers, onUntried });
  return {
    make: (keys, stored) => request(keys, { signal: signers.signal, onLink: undefined, stored }),
    prefetch: (first, _, stored) => prefetch(first, stored),
    fallBack: () => false,
  };
}

async function automaticLinks(
  log: Log,
  sign: MakeLinks,
  signers: Signers,
  { expiresIn, preview }: { readonly expiresIn: number | undefined; readonly preview: boolean },
): Promise<LinkMaker> {
  const { createAutomaticLinks } = await import('../links/automaticLinks.ts');
  const { client, signal } = signers;
  const unwanted = new AbortController();
  const requestSignal = AbortSignal.any([signal, unwanted.signal]);
  return createAutomaticLinks({
    ...platformRequests(log, { ...signers, signal: requestSignal, onUntried: undefined }),
    sign: () => sign([]),
    sessions: client.sessions,
    clock: client.clock,
    expiresIn,
    preview,
    signal,
    onSession: (why) => {
      // Otherwise the run waits for retries of the first link.
      unwanted.abort();
      log.info(`Session links, which expire with the storage session: ${why}`);
    },
  });
}

/** Requests links from the platform, and logs the progress every few seconds. */
function platformRequests(
  log: Log,
  {
    terrapi,
    client,
    signal: runSignal,
    onUntried,
  }: Signers & { readonly onUntried: PlatformLinkOptions['onUntried'] },
) {
  const shared = { terrapi, client, onUntried, tried: new Map(), early: new Map() };
  return {
    request: async (
      keys: Iterable<string>,
      { signal, onLink, stored }: Pick<PlatformLinkOptions, 'signal' | 'onLink' | 'stored'>,
    ): Promise<Links> => {
      const { requestPlatformLinks } = await import('../links/platformLinks.ts');
      let made = 0;
      const timer = setInterval(() => log.info(`${count(made, 'link')} from the platform`), progressEveryMs);
      const counted = () => {
        made += 1;
        onLink?.();
      };
      const options = { ...shared, signal, onLink: counted, stored };
      return requestPlatformLinks(keys, options).finally(() => clearInterval(timer));
    },
    prefetch: async (key: string, stored: Promise<unknown>): Promise<void> => {
      const { prefetchPlatformLink } = await import('../links/platformLinks.ts');
      const unwanted = new AbortController();
      stored.catch((error: unknown) => unwanted.abort(error));
      prefetchPlatformLink(key, { ...shared, signal: AbortSignal.any([runSignal, unwanted.signal]), stored });
    },
  };
}

/** Masks links. A link opens nothing without its session token, so only the token is masked; a link without a token is masked as a whole. */
function hideLinks(host: Pick<Host, 'maskLater'>, keys: Iterable<string>, { url }: Links): void {
  let last: string | undefined;
  for (const key of keys) {
    const link = url(key);
    const [, token] = /[?&]X-Amz-Security-Token=([^&#]+)/i.exec(link) ?? [];
    const secret = token ?? link;
    if (secret !== last) host.maskLater(secret);
    last = secret;
  }
}
