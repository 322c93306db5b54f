/**
 * Shows a site that was built for the root of a host, in a frame. The address of the frame can then be the one that the site expects, e.g.
 * `/guide/start`, while the address bar keeps the one in the folder of the preview. A reload needs the latter, because it reaches the service worker.
 */
import { frameMark, frameParameter, traverseEvent } from './terms.ts';

const frame = document.createElement('iframe');
frame.setAttribute(frameMark, '');
// With a new name, no browser restores the address that the frame had before a reload.
frame.name = `preview-${crypto.randomUUID()}`;
const { pathname, search, hash } = location;
frame.src = `${pathname}${search}${search === '' ? '?' : '&'}${frameParameter}${hash}`;
frame.addEventListener('load', () => {
  document.title = frame.contentDocument?.title ?? document.title;
  frame.contentWindow?.focus();
});
document.body.append(frame);

// The companion in the frame cancels the event. Pages without it, e.g. after the expiry, load again.
addEventListener('popstate', () => {
  const event = new CustomEvent(traverseEvent, { cancelable: true });
  if (frame.contentWindow?.dispatchEvent(event) ?? true) location.reload();
});
