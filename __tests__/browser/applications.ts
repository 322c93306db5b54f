/** Sites that build tools and reports write in unusual ways. */

const page = (title: string, body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,"></head><body>${body}</body></html>`;

type Files = Readonly<Record<string, string>>;

/**
 * A site that was built for its folder, like a Next.js export with `basePath`: links and data of its first page have no slash after the folder.
 * @param base URL path of the folder, with a slash at its end
 */
export function withBasePath(base: string): Files {
  const folder = base.slice(0, -1);
  const script = `<script type="module">
const show = async () => {
  const first = location.pathname === '${base}' || location.pathname === '${folder}';
  const name = first ? '${folder}' : location.pathname;
  const [text, head] = await Promise.all([fetch(name + '.txt'), fetch(name, { method: 'HEAD' })]);
  document.querySelector('#route').textContent = await text.text() + ' ' + head.status;
};
for (const link of document.querySelectorAll('[data-route]'))
  link.addEventListener('click', (event) => {
    event.preventDefault();
    history.pushState(null, '', link.dataset.route);
    show();
  });
addEventListener('popstate', show);
show();
</script>`;
  const body = `<p id="route"></p><a href="${folder}" data-route="${folder}">Home</a> <a href="${base}guide" data-route="${base}guide">Guide</a> <a href="${folder}">Start again</a>${script}`;
  return {
    'index.html': page('Home', body),
    'index.txt': 'Data of Home',
    'guide.html': page('Guide', body),
    'guide.txt': 'Data of Guide',
  };
}

/** A single-page application for the root of a host, which inline imports start, as SvelteKit writes it. */
export const inlineApplication: Files = {
  '200.html': page(
    'Application',
    `<p id="route"></p><a href="/user/8">User 8</a><script>import("/_app/start.js").then(({ start }) => start());</script>`,
  ),
  '_app/start.js': `export function start() {
  const show = () => { document.querySelector('#route').textContent = 'Route ' + location.pathname; };
  document.querySelector('a').addEventListener('click', (event) => {
    event.preventDefault();
    history.pushState(null, '', '/user/8');
    show();
  });
  addEventListener('popstate', show);
  show();
}`,
};

/**
 * A prerendered site with a router that was built for another path, as GitHub Pages needs it for a project. Its pages fetch data, also as Next.js does, start a web worker
 * and show a frame with absolute paths.
 * @param base the path, with a slash at its end
 */
export function builtFor(base: string): Files {
  const body = `<p id="route"></p><p id="parts"></p><a href="${base}">Home</a> <a href="${base}guide">Guide</a><iframe src="${base}embed.html"></iframe>`;
  const html = page('Project', body).replace(
    '</head>',
    `<link rel="stylesheet" href="${base}style.css"><script type="module" src="${base}app.js"></script></head>`,
  );
  return {
    'index.html': html,
    'guide.html': html,
    'embed.html': page('Embedded', 'Embedded'),
    'style.css': 'p { color: rgb(1, 2, 3) }',
    'data.json': '"data"',
    'index.txt': 'index',
    'worker.js': `postMessage('worker')`,
    'app.js': `const show = () => { document.querySelector('#route').textContent = 'Route ' + location.pathname; };
for (const link of document.querySelectorAll('a'))
  link.addEventListener('click', (event) => {
    event.preventDefault();
    history.pushState(null, '', link.getAttribute('href'));
    show();
  });
addEventListener('popstate', show);
show();
const worker = new Worker('${base}worker.js');
const [data, index, head, message] = await Promise.all([
  fetch('${base}data.json').then((answer) => answer.json()),
  fetch('${base.slice(0, -1)}.txt').then((answer) => answer.text()),
  fetch('${base.slice(0, -1)}', { method: 'HEAD' }),
  new Promise((resolve) => worker.addEventListener('message', resolve)),
]);
const { color } = getComputedStyle(document.querySelector('p'));
document.querySelector('#parts').textContent = [data, index, head.status, message.data, color].join(' ');`,
  };
}

const shell = page(
  'Shell',
  `<p id="route"></p><script src="/app.js"></script><script>document.querySelector('#route').textContent = 'Route ' + location.pathname.split('/').slice(-2).join('/');</script>`,
);

/** Applications with a second page, and a hint for web hosts that the first one knows all routes. */
export const shells: Readonly<Record<string, Files>> = {
  'a rule in _redirects': {
    'index.html': shell,
    'help.html': page('Help', 'Help'),
    'app.js': '',
    _redirects: '/* /index.html 200',
  },
  'a 404.html that is a copy of index.html': {
    'index.html': shell,
    '404.html': shell,
    'help.html': page('Help', 'Help'),
    'app.js': '',
  },
};

/** A report of two pages, without an index.html. */
export const report: Files = {
  'report.html': page('Report', `<p>All tests passed</p><a href="log.html">Log</a>`),
  'log.html': page('Log', '<p>Every step</p>'),
  'output.xml': '<robot/>',
};

/** A site whose service worker makes its pages cross-origin isolated, like coi-serviceworker. */
export const isolatedSite: Files = {
  'index.html': page(
    'Isolated',
    `<script src="isolate.js"></script><p></p><script type="module">
const worker = new Worker('worker.js');
worker.addEventListener('message', ({ data }) => {
  document.querySelector('p').textContent = ['page', crossOriginIsolated, 'worker', data].join(' ');
});
</script>`,
  ),
  'worker.js': `postMessage(crossOriginIsolated && new SharedArrayBuffer(8).byteLength === 8);`,
  'isolate.js': `if (typeof window === 'undefined') {
  addEventListener('fetch', (event) => event.respondWith(fetch(event.request).then((answer) => {
    const headers = new Headers(answer.headers);
    headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
    headers.set('Cross-Origin-Opener-Policy', 'same-origin');
    return new Response(answer.body, { status: answer.status, headers });
  })));
} else if (!crossOriginIsolated) navigator.serviceWorker.register('isolate.js');`,
};
