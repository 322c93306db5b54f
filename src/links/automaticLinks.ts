import { ActionError, messageOf } from '../errors/error.ts';
import type { Clock } from '../http/clock.ts';
import { formatCount, formatDuration } from '../text/format.ts';
import type { SessionSource } from '../terrapi/session.ts';
import { linkTemplate } from './urlChecks.ts';
import type { Links } from './manifest.ts';
import { setting } from '../text/wording.ts';

/** The platform signs one link at a time, so for more files than this `links: auto` uses the session. */
export const mostAutomaticLinks = 1_000;

/** How long `links: auto` waits for the platform, in milliseconds: without a single link, and for all of them. */
const timeLimits = { silentMs: 15_000, totalMs: 120_000 };

export interface AutomaticOptions {
  /** Requests links from the platform, and calls `onLink` for each one. */
  readonly request: (
    keys: readonly string[],
    how: {
      readonly signal: AbortSignal;
      readonly onLink: () => void;
      /** Resolves when the objects are stored; undefined if they are. */
      readonly stored?: Promise<unknown> | undefined;
    },
  ) => Promise<Links>;
  /** Requests one link that a later `request` uses. @param stored resolves when its object is stored */
  readonly prefetch: (key: string, stored: Promise<unknown>) => Promise<void>;
  /** Signs links with the storage session. */
  readonly sign: () => Promise<Links>;
  readonly sessions: Pick<SessionSource, 'get'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Requested lifetime, in seconds. */
  readonly expiresIn: number | undefined;
  /** Whether the links are for a preview. */
  readonly preview: boolean;
  readonly signal: AbortSignal;
  /** Called once if the session signs the links. */
  readonly onSession: (why: string) => void;
  readonly waits?: typeof timeLimits;
}

export interface AutomaticLinks {
  readonly make: (keys: Iterable<string>, stored?: Promise<unknown>) => Promise<Links>;
  /**
   * Requests the first link early, if {@link AutomaticLinks.make} will request links from the platform.
   * @param files number of all files
   */
  readonly prefetch: (first: string, files: number, stored: Promise<unknown>) => Promise<void>;
  /** After an error: lets the session sign all links from now on. Returns false if that does not help. */
  readonly fallBack: (error: unknown) => boolean;
}

/**
 * Makes links for `links: auto`: platform links if they work, else session links. It requests one link from the platform first, then the others.
 */
export function createAutomaticLinks(options: AutomaticOptions): AutomaticLinks {
  const { request, sign, preview, signal, onSession, waits = timeLimits } = options;
  let isPlatform = false;
  let reason: string | undefined;
  let failure: { readonly error: unknown } | undefined;
  const useSession = (why: string) => {
    reason = why;
    onSession(why);
  };
  const ofPlatform = async (keys: readonly string[]): Promise<Links> => {
    const links = await withTimeLimits(waits, signal, (how) => requestOneFirst(keys, options, how));
    if (preview && !haveOneFolder(links, keys))
      throw refused(`A preview needs links that end in the names of the files, unlike the platform's`);
    isPlatform = true;
    return links;
  };
  return {
    make: async (all, stored) => {
      if (isPlatform && reason === undefined) {
        return withTimeLimits(waits, signal, (how) => request([...all], { ...how, stored })).catch(
          (error: unknown) => {
            failure = { error };
            throw error;
          },
        );
      }
      if (reason === undefined) {
        const keys = [...Iterator.from(all).take(mostAutomaticLinks + 1)];
        const why = await whySession(keys.length, options);
        try {
          if (why === undefined) return await ofPlatform(keys);
          useSession(why);
        } catch (error) {
          if (signal.aborted) throw error;
          useSession(messageOf(error));
        }
      }
      return { ...(await sign()), whySession: reason };
    },
    prefetch: (...what) => prefetchIfWanted(options, ...what),
    fallBack: (error) => {
      const isAboutLinks =
        error === failure?.error || (error instanceof ActionError && error.code === 'preview-not-possible');
      if (!isPlatform || reason !== undefined || signal.aborted || !isAboutLinks) return false;
      useSession(messageOf(error));
      return true;
    },
  };
}

/**
 * Why to use the session without a request to the platform; undefined to use the platform.
 * @param expiresIn requested lifetime, in seconds
 * @param life lifetime of a session in seconds; undefined if unknown
 */
export function reasonForSession(
  files: number,
  expiresIn: number | undefined,
  life: number | undefined,
): string | undefined {
  if (files > mostAutomaticLinks)
    return `there are more than ${formatCount(mostAutomaticLinks)} files. ${setting('links', 'platform')} asks the platform for any number of links`;
  // Opening a session takes some of its lifetime.
  return expiresIn !== undefined && life !== undefined && expiresIn <= life + 5
    ? `${setting('expires-in')} asks for ${formatDuration(expiresIn)}, and the session lasts that long`
    : undefined;
}

async function prefetchIfWanted(
  options: AutomaticOptions,
  ...[first, files, stored]: Parameters<AutomaticLinks['prefetch']>
): Promise<void> {
  if ((await whySession(files, options)) === undefined) await options.prefetch(first, stored);
}

async function whySession(
  files: number,
  { expiresIn, sessions }: Pick<AutomaticOptions, 'expiresIn' | 'sessions'>,
): Promise<string | undefined> {
  return reasonForSession(files, expiresIn, await sessionLife(sessions));
}

async function sessionLife(sessions: AutomaticOptions['sessions']): Promise<number | undefined> {
  const { openedAt, expiresAt } = await sessions.get();
  return expiresAt === undefined ? undefined : (expiresAt - openedAt) / 1000;
}

type How = Parameters<AutomaticOptions['request']>[1];

async function requestOneFirst(
  [first = '', ...others]: readonly string[],
  { request, sessions, clock }: AutomaticOptions,
  how: How,
): Promise<Links> {
  const trial = await request([first], how);
  const life = await sessionLife(sessions);
  const left = ((trial.expiresAt ?? Infinity) - clock.now()) / 1000;
  if (life !== undefined && left < life)
    throw refused(`The platform's links expire sooner, in ${formatDuration(left)}`);
  if (others.length === 0) return trial;
  const rest = await request(others, how);
  return {
    ...rest,
    url: (key) => (key === first ? trial : rest).url(key),
    // Not a number if one of them is unknown.
    expiresAt: Math.min(trial.expiresAt ?? NaN, rest.expiresAt ?? NaN) || undefined,
  };
}

/** A service worker serves the files of one folder, at one host. */
function haveOneFolder({ url }: Links, keys: readonly string[]): boolean {
  const places = new Set(keys.map((key) => linkTemplate(new URL(url(key)), key)));
  return places.size === 1 && !places.has(undefined);
}

/** Runs `work` with two time limits: for the next link, and for all links. */
async function withTimeLimits<T>(
  { silentMs, totalMs }: typeof timeLimits,
  signal: AbortSignal,
  work: (how: How) => Promise<T>,
): Promise<T> {
  const gaveUp = new AbortController();
  const giveUp = (why: string) => gaveUp.abort(refused(why));
  const silent = setTimeout(
    () => giveUp(`The platform gave no link for ${formatDuration(silentMs / 1000)}`),
    silentMs,
  );
  const total = setTimeout(
    () => giveUp(`The platform gave only some of the links in ${formatDuration(totalMs / 1000)}`),
    totalMs,
  );
  const end = Promise.withResolvers<never>();
  gaveUp.signal.addEventListener('abort', () => end.reject(gaveUp.signal.reason));
  const how = { signal: AbortSignal.any([signal, gaveUp.signal]), onLink: () => void silent.refresh() };
  try {
    return await Promise.race([work(how), end.promise]);
  } finally {
    clearTimeout(silent);
    clearTimeout(total);
  }
}

function refused(why: string): ActionError {
  return new ActionError('platform-links', why);
}
