import type { Finding, FindingKind } from './finding.ts';

/** A finding is a problem if the preview does not work around it. */
const messages: Readonly<Record<FindingKind, { readonly text: string; readonly isProblem: boolean }>> = {
  'root-links': {
    text: `Pages link to '/…', because the site was built for another path. The preview opens these links in the folder of the site`,
    isProblem: false,
  },
  'root-router': {
    text: `The site was built for another path and routes by path. The preview shows it in a frame, where its router finds the paths that it expects`,
    isProblem: false,
  },
  'own-worker': {
    text: `The site has a service worker. The preview does not run it, so features that need it (e.g. offline use) do not work`,
    isProblem: false,
  },
  isolation: {
    text: `A service worker of the site makes its pages cross-origin isolated. The preview sends the same headers`,
    isProblem: false,
  },
  'sandboxed-frame': {
    text: `A frame with 'sandbox' but without 'allow-same-origin' cannot load files of the preview. Add 'allow-same-origin'`,
    isProblem: true,
  },
  plugin: {
    text: `Files in '<object>' or '<embed>' open by presigned URLs: they cannot load other files of the site`,
    isProblem: false,
  },
  'mixed-content': {
    text: `Pages load resources over plain http, which browsers block in a page over https. Use https`,
    isProblem: true,
  },
  'public-files': {
    text: `Pages load files from the public address of the site, so the preview shows the published version of these files. Use relative URLs`,
    isProblem: true,
  },
  'public-links': {
    text: `Pages link to the public address of the site, so these links leave the preview`,
    isProblem: false,
  },
  'synchronous-request': {
    text: `Scripts send synchronous requests. Some browsers send them without the preview's service worker, and the storage rejects them`,
    isProblem: false,
  },
  'host-rules': {
    text: `The storage ignores configuration for web hosts (redirects, headers)`,
    isProblem: false,
  },
};

export function describeFinding({ kind }: Finding): { readonly text: string; readonly isProblem: boolean } {
  return messages[kind];
}
