import { byId, element } from '../elements.ts';
import { bytesOfText } from './base91.ts';
import { type Viewers, viewersEvent } from './viewer.ts';

/** The part of the Trusted Types API that this file uses. Firefox before version 148 has no such API. */
interface TrustedTypes {
  readonly createPolicy: (
    name: string,
    rules: { readonly createScript: (text: string) => string },
  ) => { readonly createScript: (text: string) => string };
}

let loading: Promise<Viewers> | undefined;

/** Unpacks and starts the second script of the page, once. */
export function loadViewers(): Promise<Viewers> {
  return (loading ??= unpack(byId('viewers').textContent).then(start));
}

/** @param packed a gzip stream in base 91 */
function unpack(packed: string): Promise<string> {
  const stream = new Blob([bytesOfText(packed)]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).text();
}

/** Runs the script. The Content-Security-Policy allows this script only, because it has its hash. */
function start(code: string): Viewers {
  let viewers: Viewers | undefined;
  const receive = (event: Event): void => {
    viewers = (event as CustomEvent<Viewers>).detail;
  };
  const script = element('script');
  addEventListener(viewersEvent, receive, { once: true });
  script.textContent = trusted(code);
  document.head.append(script);
  script.remove();
  if (!viewers) throw new Error('This browser cannot start the viewer.');
  return viewers;
}

function trusted(code: string): string {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
  return trustedTypes?.createPolicy('viewers', { createScript: (text) => text }).createScript(code) ?? code;
}
