import type { Finding, FindingKind } from './check.ts';

/** Findings in words. Trouble is what stays wrong in the preview; the rest is taken care of. */
const words: Readonly<Record<FindingKind, { readonly text: string; readonly isTrouble: boolean }>> = {
  'root-links': {
    text: `Pages link to '/…', as a site does that was built for the root of a host: in the preview these links lead into the site's own folder`,
    isTrouble: false,
  },
  'root-router': {
    text: `Built for the root of a host, with a router that goes by the path: in the preview it takes the preview's folder for a route, and may say that there is no such page. Build with the preview's folder as base (Vite, VitePress: 'base'; Docusaurus: 'baseUrl'; Angular: '--base-href')`,
    isTrouble: true,
  },
  'own-worker': {
    text: `The site has a service worker of its own, which stays out of the preview: what works only with it, such as offline use, does not`,
    isTrouble: false,
  },
  'sandboxed-frame': {
    text: `A frame with 'sandbox' and without 'allow-same-origin' cannot load files of the preview`,
    isTrouble: true,
  },
  plugin: {
    text: `Files shown by '<object>' or '<embed>' open by links of their own: what they load from beside themselves is missing`,
    isTrouble: false,
  },
  'mixed-content': {
    text: `Parts of pages are loaded over plain http, which browsers block in a page over https`,
    isTrouble: true,
  },
  'closed-policy': {
    text: `Pages have a Content-Security-Policy, so that the preview leaves them as they are: what it does for links to '/…' and downloads is not done in them`,
    isTrouble: false,
  },
  'host-rules': {
    text: `Rules for a host (redirects, headers) are not followed by the storage`,
    isTrouble: false,
  },
};

/** What a finding means. */
export function tellFinding({ kind }: Finding): { readonly text: string; readonly isTrouble: boolean } {
  return words[kind];
}
