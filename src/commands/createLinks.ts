import type { LinkInputs } from '../config/links.ts';
import type { Host, Log } from '../hosts/host.ts';
import type { Links } from '../links/manifest.ts';
import { signSessionLinks } from '../links/sessionLinks.ts';
import type { TrialResult } from '../links/verification.ts';
import type { StorageClient } from '../storage/client.ts';
import type { Terrapi } from '../terrapi/terrapi.ts';
import { count } from '../text/format.ts';

/** Makes links to keys. Those of one run may be made in several goes: a page's own link comes when the page is written. */
export type MakeLinks = (keys: Iterable<string>) => Promise<Links>;

/** Who signs links: the session of a client, or the platform. */
interface Signers {
  readonly terrapi: Terrapi;
  readonly client: StorageClient;
  readonly signal: AbortSignal;
}

/** Makes links as the inputs ask for them; undefined where they ask for none. */
export function linkMaker(
  host: Host,
  { links: kind, expiresIn, maskLinks }: Pick<LinkInputs, 'links' | 'expiresIn' | 'maskLinks'>,
  signers: Signers,
): MakeLinks | undefined {
  if (kind === 'none') return undefined;
  const make =
    kind === 'platform' ? platformLinks(host.log, signers) : sessionLinks(expiresIn, signers.client);
  return async (keys) => {
    const links = await make(keys);
    if (maskLinks) hideLinks(host, keys, links);
    return links;
  };
}

/** All links of a run are signed with the same session: one that was fresh when the first of them was asked for. */
function sessionLinks(expiresIn: number | undefined, client: StorageClient): MakeLinks {
  let signed: Promise<Links> | undefined;
  return () => (signed ??= signSessionLinks(client, expiresIn));
}

const progressEveryMs = 5_000;

function platformLinks(log: Log, { terrapi, client, signal }: Signers): MakeLinks {
  const tried = new Map<string, Promise<TrialResult>>();
  const onUntried = (why: string) =>
    log.warning(
      'platform-links-untried',
      `The platform's links could not be tried: ${why} from this runner. Open one of them, or use 'links: session'.`,
    );
  return async (keys) => {
    const { requestPlatformLinks: askPlatformLinks } = await import('../links/platformLinks.ts');
    let made = 0;
    const onLink = () => (made += 1);
    const timer = setInterval(() => log.info(`${count(made, 'link')} from the platform`), progressEveryMs);
    const tools = { terrapi, client, signal, tried, onLink, onUntried };
    return askPlatformLinks(keys, tools).finally(() => clearInterval(timer));
  };
}

/** Has the runner mask links by the part without which they open nothing: the session's token, or else each link as a whole. */
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
