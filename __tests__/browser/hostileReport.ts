/**
 * An HTML report that tries to reach other hosts, the storage and the page around it. It posts to the top window what it is and what worked.
 * @param host the address of another host
 * @param storage an address on the host of the storage
 */
export function hostileReport(host: string, storage: string): string {
  const loads = [host, storage].flatMap((place) => [
    `<img src="${place}/image">`,
    `<link rel="stylesheet" href="${place}/style">`,
    `<link rel="preload" as="fetch" href="${place}/preload">`,
    `<iframe src="${place}/frame"></iframe>`,
    `<object data="${place}/object"></object>`,
    `<video src="${place}/video"></video>`,
    `<form action="${place}/form" method="post"><button id="send">Send</button></form>`,
    `<script src="${place}/script"></script>`,
  ]);
  return `<!doctype html>
<meta http-equiv="refresh" content="1;url=${host}/refresh">
<style>body { background: rgb(0, 128, 0) url(${host}/background) }
@font-face { font-family: f; src: url(${host}/font) } h1 { font-family: f }</style>
<h1>The report</h1>
<img id="inline" src="data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=">
${loads.join('\n')}
<script>
  const say = (text) => top.postMessage('report: ' + text, '*');
  const attempt = (what, act) => { try { act(); say('worked: ' + what); } catch { say('refused: ' + what); } };
  say('origin ' + self.origin);
  say('knows ' + [document.baseURI, location.href, document.referrer].some((text) => /^http/.test(text)));
  attempt('parent', () => parent.document.title);
  attempt('top', () => top.document.title);
  attempt('storage', () => localStorage.setItem('a', 'b'));
  attempt('cookies', () => document.cookie);
  for (const place of ['${host}', '${storage}']) {
    fetch(place + '/fetch').then(() => say('worked: fetch'), () => say('refused: fetch'));
    navigator.sendBeacon(place + '/beacon', 'x');
    try { new WebSocket(place.replace('http', 'ws') + '/socket'); } catch {}
    try { new EventSource(place + '/events'); } catch {}
    try { window.open(place + '/window'); } catch {}
    try { top.location = place + '/top'; } catch {}
    try { new Worker(place + '/worker'); } catch {}
    import(place + '/module').catch(() => {});
  }
  const inner = document.createElement('iframe');
  inner.srcdoc = '<script>top.postMessage("report: nested " + self.origin, "*")<' + '/script><img src="${host}/nested">';
  document.body.append(inner);
  document.querySelectorAll('form').forEach((form) => form.submit());
  document.body.style.background = 'rgb(128, 0, 0)';
  inner.addEventListener('load', () => { say('inline image ' + document.querySelector('#inline').naturalWidth); say('end'); location.href = '${host}/navigation'; });
</script>`;
}
