import { parseDuration } from '../text/format.ts';
import { type DestinationInputs, readDestinationInputs } from './destination.ts';
import { type RawInput, Reader, parseBoolean } from './reader.ts';
import { setting } from '../text/wording.ts';

/** How links are made and shown. */
export interface LinkInputs extends DestinationInputs {
  readonly links: 'auto' | 'session' | 'platform' | 'none';
  /** Lifetime of the links in seconds; undefined for the longest possible. */
  readonly expiresIn: number | undefined;
  readonly maskLinks: boolean;
  /** Whether the files are published as a site with one link; `auto`: if their entry page needs it. */
  readonly preview: 'auto' | boolean;
}

/** Reads the inputs of the `links` action. It masks and throws like {@link readUploadInputs}. */
export function readLinkInputs(
  raw: RawInput,
  mask: (secret: string) => void,
  keyless = false,
  logIn: readonly string[] = [],
): LinkInputs {
  const reader = new Reader(raw, keyless, logIn);
  const inputs = readLinkOptions(reader, mask);
  reader.finish();
  return Object.freeze(inputs);
}

export function readLinkOptions(reader: Reader, mask: (secret: string) => void): LinkInputs {
  const where = readDestinationInputs(reader, mask);
  return {
    ...where,
    reports: {
      ...where.reports,
      release: reader.optional('release', `the tag of a release, e.g. 'v1.2.3'`, parseTag),
    },
    links: reader.choice('links', ['auto', 'session', 'platform', 'none']),
    expiresIn: reader.optional('expires-in', `a time such as '15m', '12h' or '7d'`, parseDuration),
    maskLinks: reader.boolean('mask-links', false),
    preview: readPreview(reader),
  };
}

function readPreview(reader: Reader): 'auto' | boolean {
  const parse = (text: string) => (text === 'auto' ? text : parseBoolean(text));
  const preview =
    reader.parsed('preview', reader.text('preview', 'auto'), `'auto', 'true' or 'false'`, parse) ?? 'auto';
  if (preview === true && reader.text('links') === 'none') {
    reader.problem(
      'preview',
      `got 'true' with ${setting('links', 'none')}, expected links: a preview is made of them. Leave ${setting('links')} out, or choose 'auto', 'session' or 'platform'`,
    );
  }
  return preview;
}

/** Parses the name of a tag (git check-ref-format). */
function parseTag(text: string): string | undefined {
  return text.length <= 250 && !/[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^\/|[/.]$/u.test(text) ? text : undefined;
}
