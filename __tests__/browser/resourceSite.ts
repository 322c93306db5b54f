/** A site that loads files in every possible way. The result of each is in `results`, by name. */

const dot = (color: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><circle cx="10" cy="10" r="10" fill="${color}"/></svg>`;

/** Silence of this length in seconds. It is long enough that players request ranges. */
function silence(seconds: number): Buffer {
  const rate = 44_100;
  const data = Buffer.alloc(seconds * rate * 2);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

const main = `
import { shared } from './parts/shared.js';
const results = { static: shared };
const once = (target, name) => new Promise((resolve, reject) => {
  target.addEventListener(name, resolve, { once: true });
  target.addEventListener('error', () => reject(new Error(name)), { once: true });
});
const checks = {
  dynamic: async () => (await import('./parts/late.js')).late,
  module: async () => {
    const worker = new Worker(new URL('./parts/module-worker.js', import.meta.url), { type: 'module' });
    return (await once(worker, 'message')).data;
  },
  classic: async () => (await once(new Worker('parts/classic-worker.js'), 'message')).data,
  shared: async () => {
    const { port } = new SharedWorker('parts/shared-worker.js');
    const answer = once(port, 'message');
    port.start();
    return (await answer).data;
  },
  blob: async () => {
    const text = "importScripts('" + new URL('parts/lib.js', location) + "'); postMessage(lib)";
    return (await once(new Worker(URL.createObjectURL(new Blob([text]))), 'message')).data;
  },
  json: async () => (await (await fetch('data/numbers.json')).json()).length,
  head: async () => {
    const answer = await fetch('data/numbers.json', { method: 'HEAD' });
    return [answer.status, answer.headers.get('content-type'), answer.headers.get('content-length'), (await answer.text()).length];
  },
  range: async () => {
    const answer = await fetch('data/numbers.json', { headers: { range: 'bytes=1-3' } });
    return [answer.status, answer.headers.get('content-range'), await answer.text()];
  },
  beyond: async () => (await fetch('data/numbers.json', { headers: { range: 'bytes=900-' } })).status,
  absent: async () => (await fetch('data/none.json')).status,
  redirected: async () => {
    const answer = await fetch('docs');
    return [answer.redirected, new URL(answer.url).pathname.split('/').slice(-2).join('/'), answer.status];
  },
  names: async () => Promise.all(
    ['data/a b.txt', 'data/a+b.txt', 'data/%C3%BC.txt', 'data/%c3%bc.txt', "data/it's (1)!.txt", 'data/100%25.txt', 'data/a%23b.txt'].map(
      async (name) => (await fetch(name)).text())),
  type: async () => [...new Set(await Promise.all(['style.css', 'parts/late.js', 'dot.svg', 'sound.wav', 'data/numbers.json'].map(
    async (name) => (await fetch(name)).headers.get('content-type'))))],
  sound: async () => {
    const sound = new Audio('sound.wav');
    await once(sound, 'loadedmetadata');
    sound.currentTime = sound.duration - 1;
    await once(sound, 'seeked');
    return [Math.round(sound.duration), sound.seekable.end(0) > 50];
  },
  frame: async () => document.querySelector('iframe').contentDocument.querySelector('p').textContent,
  style: async () => [getComputedStyle(document.body).marginTop, getComputedStyle(document.querySelector('h1')).color],
  pictures: async () => Promise.all([...document.images].map(async (image) => {
    await image.decode();
    return image.naturalWidth;
  })),
  xhr: async () => {
    const request = new XMLHttpRequest();
    request.open('GET', 'data/numbers.json');
    request.send();
    await once(request, 'load');
    return request.responseText.length;
  },
};
addEventListener('load', async () => {
  for (const [name, check] of Object.entries(checks)) {
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 60_000));
    results[name] = await Promise.race([check(), late]).catch((error) => String(error));
  }
  window.results = results;
  document.title = 'All is checked';
});
`;

export const resourceSite: Readonly<Record<string, string | Buffer>> = {
  'index.html': `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Workshop</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="style.css"><script type="module" src="main.js"></script></head>
<body><h1>Workshop</h1><img src="dot.svg" alt=""><img srcset="dot.svg 1x" alt="">
<iframe title="frame" src="frame.html"></iframe>
<a href="docs/">Papers</a> <a href="about">About</a> <a href="about?x=1#part">Part</a> <a href="none">Nothing</a>
<a href="data/a%20b.txt" download="saved.txt">Save</a></body></html>`,
  'main.js': main,
  'style.css': `@import url("more.css"); h1 { color: rgb(1, 2, 3); background: url(dot.svg) }`,
  'more.css': `body { margin: 33px }`,
  'dot.svg': dot('teal'),
  'frame.html': `<!doctype html><meta charset="utf-8"><p>in a frame</p>`,
  'parts/shared.js': `export const shared = 'shared';`,
  'parts/late.js': `export const late = 'late';`,
  'parts/lib.js': `self.lib = 'library';`,
  'parts/module-worker.js': `import { shared } from './shared.js'; const { late } = await import('./late.js'); postMessage(shared + late);`,
  'parts/classic-worker.js': `importScripts('lib.js'); fetch('../data/numbers.json').then((a) => a.json()).then((n) => postMessage(lib + n.length));`,
  'parts/shared-worker.js': `importScripts('lib.js'); onconnect = ({ ports: [port] }) => port.postMessage(lib);`,
  'data/numbers.json': '[10,20,30]',
  'data/a b.txt': 'space',
  'data/a+b.txt': 'plus',
  'data/ü.txt': 'umlaut',
  "data/it's (1)!.txt": 'marks',
  'data/100%.txt': 'percent',
  'data/a#b.txt': 'hash',
  'sound.wav': silence(60),
  'docs/index.html': `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Papers</title><base href="../"><link rel="icon" href="data:,"></head>
<body><p>All papers</p><img src="dot.svg" alt=""><a href="about">About</a></body></html>`,
  'about.html': `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>About</title><link rel="icon" href="data:,"></head>
<body><p>About it</p><p id="part">This part</p></body></html>`,
  '404.html': `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lost</title><link rel="icon" href="data:,"></head><body><p>Lost here</p></body></html>`,
};

/** The expected results. */
export const resourceResults = {
  static: 'shared',
  dynamic: 'late',
  module: 'sharedlate',
  classic: 'library3',
  shared: 'library',
  blob: 'library',
  json: 3,
  head: [200, 'application/json', '10', 0],
  range: [206, 'bytes 1-3/10', '10,'],
  beyond: 416,
  absent: 404,
  redirected: [true, 'docs/', 200],
  names: ['space', 'plus', 'umlaut', 'umlaut', 'marks', 'percent', 'hash'],
  type: [
    'text/css; charset=utf-8',
    'text/javascript; charset=utf-8',
    'image/svg+xml',
    'audio/wav',
    'application/json',
  ],
  sound: [60, true],
  frame: 'in a frame',
  style: ['33px', 'rgb(1, 2, 3)'],
  pictures: [20, 20],
  xhr: 10,
};

/** A site built for the root of a host. */
export const rooted: Readonly<Record<string, string>> = {
  'index.html': `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Rooted</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/app.css"><script type="module" src="/assets/app.js"></script></head>
<body><p id="told"></p><a href="/docs/">Papers</a> <button>Go</button>
<form action="/search"><input name="q" value="tide"><button id="send">Search</button></form>
<iframe title="frame" src="/docs/"></iframe><object type="image/svg+xml" data="/assets/dot.svg"></object></body></html>`,
  'embed.html': `<!doctype html><meta charset="utf-8"><p>embedded</p>`,
  'assets/app.css': `body { background: url(/assets/dot.svg); margin: 22px }`,
  'assets/dot.svg': dot('teal'),
  'assets/app.js': `import { late } from '/assets/late.js';
const worker = new Worker('/assets/worker.js', { type: 'module' });
const said = new Promise((resolve) => worker.addEventListener('message', ({ data }) => resolve(data)));
document.querySelector('button').addEventListener('click', () => { location.href = '/docs/'; });
const margin = getComputedStyle(document.body).marginTop;
document.querySelector('#told').textContent = [late, await said, (await (await fetch('/data/x.json')).json()).x, margin].join(' ');
const frame = document.createElement('iframe');
frame.title = 'made by a script';
frame.src = '/embed.html';
document.body.append(frame);
await navigator.serviceWorker.register('/sw.js');
for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();`,
  'assets/late.js': `export const late = 'late';`,
  'assets/worker.js': `import { late } from '/assets/late.js'; postMessage('worker ' + late);`,
  'data/x.json': '{"x":42}',
  'docs/index.html': `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Papers</title><link rel="icon" href="data:,"></head><body><p>All papers</p><a href="/">Home</a></body></html>`,
  'search.html': `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Search</title><link rel="icon" href="data:,"></head><body><p>Found</p></body></html>`,
  'sw.js': `self.addEventListener('install', () => {});`,
};

/** An application that was built for the root of a host. Its router takes the whole path as a route. Its policy forbids all scripts but its own. */
const routed = `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="script-src 'nonce-app'"><title>Routed</title><link rel="icon" href="data:,">
<script type="module" nonce="app" src="/assets/app.js"></script></head><body><p id="route"></p>
<a href="/a" data-route>To A</a> <a href="/b?x=1#part" data-route>To B</a> <a href="#part">To part</a>
<a href="/docs/" target="_blank">To a new tab</a> <button>Go</button><iframe title="frame" src="/docs/"></iframe>
<p style="margin-top: 2000px" id="part">Part</p></body></html>`;

export const router: Readonly<Record<string, string>> = {
  'index.html': routed,
  '200.html': routed,
  'docs/index.html': `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Docs</title><link rel="icon" href="data:,"></head><body><p>All docs</p><a href="/a">To A</a></body></html>`,
  'assets/app.js': `const seen = [];
const show = async (why) => {
  seen.push(why + ' ' + JSON.stringify(history.state));
  const { status } = await fetch('/data/none.json');
  document.querySelector('#route').textContent = 'Route ' + location.pathname + location.search + location.hash + ', ' + seen.at(-1) + ', ' + status;
  document.title = 'At ' + location.pathname;
};
for (const link of document.querySelectorAll('[data-route]'))
  link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    history.pushState({ to: link.getAttribute('href') }, '', link.href);
    show('click');
  });
addEventListener('popstate', () => show('popstate'));
document.querySelector('button').addEventListener('click', () => { location.href = '/docs/?y=2'; });
show('start');`,
};
