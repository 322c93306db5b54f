/**
 * The first script of the index page. In a sandboxed frame of the index page, it shows an HTML report instead. It must run before the
 * Content-Security-Policy of the page, because a report has inline styles and needs a policy for itself. Frames with `srcdoc` and blobs cannot have that:
 * they inherit the policy of the page.
 *
 * The report gets a frame within this frame. It does not see the signed address of the page, and it cannot load anything or go to another address.
 */

/** What the page sends. */
interface Report {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Media type with its parameters. */
  readonly type: string;
  readonly runsScripts: boolean;
}

const inlineOnly =
  "default-src 'none'; style-src 'unsafe-inline' data:; img-src data: blob:; font-src data:; media-src data: blob:; frame-src blob:; form-action 'none'";
const withScripts = `${inlineOnly}; script-src 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src data: blob:; worker-src data: blob:`;

/** The part of the Trusted Types API that this file uses. */
interface TrustedTypes {
  readonly createPolicy: (
    name: string,
    rules: { readonly createHTML: (text: string) => string },
  ) => { readonly createHTML: (text: string) => string };
}

/** Firefox requires trusted types as soon as it has downloaded the policy of the page, before it applies the rest of the policy. */
function trustedHtml(): (text: string) => string {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
  const policy = trustedTypes?.createPolicy('viewers', { createHTML: (text) => text });
  return (text) => policy?.createHTML(text) ?? text;
}

/** Gives text to the parser. */
function replaceRest(html: string): void {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- The parser has no other interface.
  document.write(html);
}

function showReport({ bytes, type, runsScripts }: Report, blank: string): void {
  // This also ends the loading of the page.
  document.open();
  replaceRest(blank);
  document.close();
  const policy = document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = runsScripts ? withScripts : inlineOnly;
  document.head.append(policy);
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', runsScripts ? 'allow-scripts' : '');
  frame.title = 'Report';
  frame.style.cssText = 'position:fixed;inset:0;width:100%;height:100%;border:0';
  frame.addEventListener('load', () => parent.postMessage('shown', '*'), { once: true });
  frame.src = URL.createObjectURL(new Blob([bytes], { type }));
  document.body.append(frame);
}

// Only a sandbox makes the origin null, so nothing runs with the origin of the storage.
if (self.origin === 'null' && parent !== self && location.hash === '#report') {
  // The rest of the page becomes text that is not shown.
  const trusted = trustedHtml();
  const blank = trusted('<!doctype html><title>Report</title><body>');
  replaceRest(trusted('<plaintext hidden>'));
  addEventListener('message', ({ source, data }) => {
    if (source === parent) showReport(data as Report, blank);
  });
  parent.postMessage('ready', '*');
}
