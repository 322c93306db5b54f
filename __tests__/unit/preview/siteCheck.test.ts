import { describe, expect, test } from '@jest/globals';

import { createSiteCheck } from '../../../src/preview/siteCheck.ts';

function checked(files: Readonly<Record<string, string>>, isSecure = true) {
  const check = createSiteCheck(Object.keys(files), '/bucket/previews/pr-7/', isSecure);
  for (const [name, text] of Object.entries(files)) check.read(name, text);
  const { findings, flags } = check.result();
  return { ...flags, findings: Object.fromEntries(findings.map(({ kind, places }) => [kind, places])) };
}

describe('the site check', () => {
  test('finds nothing in a site with relative URLs', () => {
    const files = {
      'index.html': `<link rel="stylesheet" href="a.css"><a href="docs/">docs</a><script src="./a.js"></script>`,
      'a.js': `history.pushState({}, '', 'x'); fetch('/api')`,
    };
    expect(checked(files)).toMatchObject({ history: false, frame: false, findings: {} });
  });

  test('finds nothing in a site that was built for its folder', () => {
    const files = {
      'index.html': `<a href="/bucket/previews/pr-7/docs">docs</a><script src="/bucket/previews/pr-7/a.js"></script>`,
      'a.js': `addEventListener('popstate', go)`,
    };
    expect(checked(files)).toMatchObject({ history: true, frame: false, findings: {} });
  });

  test.each([
    [`<p>\n<a class="x" href="/docs/">docs</a>`, 'index.html:2'],
    [`<form method=get action=/search>`, 'index.html:1'],
    [`\n\n<iframe title="a" src='/embed.html'>`, 'index.html:3'],
    [`<meta http-equiv="refresh" content="0;url=/docs/">`, 'index.html:1'],
  ])('finds links to the root of a host: %j', (html, place) => {
    expect(checked({ 'index.html': html })).toMatchObject({
      findings: { 'root-links': [place] },
    });
  });

  test.each([
    ['/my-project/', { 'index.html': `<link rel="stylesheet" href="/my-project/a.css?v=1">` }],
    ['/org/docs/', { 'x/index.html': `<script type="module">import("/org/docs/a.js")</script>` }],
    ['/my-project/', { 'index.html': `<base href="/my-project/"><script src="a.js"></script>` }],
    ['/', { 'index.html': `<base href="/"><script src="a.js"></script>` }],
    ['/', { 'index.html': `<script src="/a.js"></script>`, 'b.html': `<script src="/b/a.js"></script>` }],
    ['/', { 'index.html': `<script src="/bucket/previews/pr-7/a.js"></script>` }],
    ['/', { 'index.html': `<script src="a.js"></script><script src="/other/none.js"></script>` }],
    ['/my%20project/', { 'index.html': `<script src="/x/../my project/a.js"></script>` }],
    ['/', { 'index.html': `<script src="/my(project)/a.js"></script>` }],
    ['/', { 'index.html': `<script src="//cdn.example/a.js"></script>` }],
  ])('knows the path %s that a site was built for: %j', (base, pages) => {
    expect(checked({ ...pages, 'a.js': '', 'a.css': '' }).base).toBe(base);
  });

  test('finds elements that browsers load without the service worker', () => {
    const html = `<p>\n<object type="image/svg+xml" data="a.svg"></object><embed src=/b.pdf>`;
    expect(checked({ 'index.html': html })).toMatchObject({
      findings: { plugin: ['index.html:2'] },
    });
    const others = `<object data="https://example.org/a.pdf"></object><embed src="data:image/png;base64,">`;
    expect(checked({ 'index.html': others })).toMatchObject({ findings: {} });
  });

  test('ignores URLs of other hosts', () => {
    const html = `<a href="//cdn.example/x">a</a><a href="https://example.org/">b</a><script src="//cdn.example/x.js"></script>`;
    expect(checked({ 'index.html': html }).findings).toEqual({});
  });

  test('finds a router that was built for the root of a host, and names the page that loads it', () => {
    const files = {
      'index.html': `<head>\n<script type="module" src="/assets/a.js">`,
      'assets/a.js': `window.onpopstate=f`,
    };
    expect(checked(files).findings).toEqual({});
    const routed = { ...files, 'assets/a.js': `h.pushState(null,"",u)` };
    expect(checked(routed)).toMatchObject({
      history: true,
      frame: true,
      findings: { 'root-router': ['index.html:2'] },
    });
    const based = { ...routed, 'index.html': `<base href="/"><script src="main.js"></script>` };
    expect(checked(based).findings).toEqual({ 'root-router': ['index.html:1'] });
  });

  test.each([`navigator.serviceWorker.register("/sw.js")`, `navigator.serviceWorker?.register("/sw.js")`])(
    'finds a service worker of the site: %s',
    (script) => {
      expect(checked({ 'index.html': '', 'pwa.js': `\n${script}` })).toMatchObject({
        findings: { 'own-worker': ['pwa.js:2'] },
      });
    },
  );

  test('finds frames, mixed content and configuration for web hosts', () => {
    const html = [
      `<iframe sandbox="allow-scripts" src="a.html"></iframe><iframe sandbox="allow-same-origin" src="b.html"></iframe>`,
      `<img src="http://example.org/a.png"><a href="http://example.org/">fine</a>`,
      `<a href="/">home</a>`,
    ].join('\n');
    const files = { 'index.html': html, _redirects: '/old /new 301' };
    const found = {
      'sandboxed-frame': ['index.html:1'],
      'mixed-content': ['index.html:2'],
      'root-links': ['index.html:3'],
      'host-rules': ['_redirects'],
    };
    expect(checked(files).findings).toEqual(found);
    expect(Object.keys(checked(files, false).findings)).not.toContain('mixed-content');
  });

  test('finds no service worker in a script that only looks for one', () => {
    const script = `"serviceWorker"in navigator&&navigator.serviceWorker.getRegistration().then(e=>e.update())`;
    expect(checked({ 'index.html': '', 'a.js': script }).findings).toEqual({});
  });

  test('finds a service worker that makes pages cross-origin isolated, which the preview does too', () => {
    const worker = `headers.set("Cross-Origin-Embedder-Policy","require-corp")`;
    const page = `<script>navigator.serviceWorker.register('sw.js')</script>`;
    expect(checked({ 'index.html': page, 'sw.js': worker })).toMatchObject({
      isolated: true,
      findings: { isolation: [] },
    });
    expect(checked({ 'index.html': '', 'a.js': worker })).toMatchObject({ isolated: false, findings: {} });
  });

  test.each([
    ['an inline import', '<script>\nimport("/_app/start.js").then((kit) => kit.start())</script>'],
    ['a static import', '<script type="module">import { start } from "/_app/start.js"</script>'],
  ])('finds a router at the root of a host that %s starts', (_, script) => {
    const files = { '200.html': script, '_app/start.js': `history.pushState(s, '', url)` };
    expect(checked(files)).toMatchObject({ history: true, frame: true });
    expect(checked(files).findings).toEqual({ 'root-router': ['200.html:1'] });
    const based = script.replaceAll('/_app', '/bucket/previews/pr-7/_app');
    expect(checked({ ...files, '200.html': based })).toMatchObject({ history: true, frame: false });
  });

  test('finds no router at the root of a host if only the "not found" page has absolute URLs', () => {
    const files = {
      'index.html': `<script src="assets/bundle.js"></script>`,
      '404.html': `<script src="/assets/bundle.js"></script>`,
      'assets/bundle.js': `history.pushState(s, '', url)`,
    };
    expect(checked(files)).toMatchObject({ frame: false, findings: {} });
    // It starts an application, e.g. as the fallback page of SvelteKit.
    const shell = `<script>import("/assets/bundle.js")</script>`;
    expect(checked({ ...files, '404.html': shell })).toMatchObject({ frame: true });
  });

  test('finds references to the public address of the site, if the site has the file', () => {
    const head = (page: string) => `<link rel="canonical" href="https://docs.example/repo/${page}">`;
    const files = {
      'index.html': `${head('')}\n<link rel="stylesheet" href="https://docs.example/repo/a.css">\n<a href="https://docs.example/repo/guide/">`,
      'guide/index.html': `${head('guide/')}<img src="https://docs.example/repo/none.png"><a href="https://docs.example/other/">`,
      'b.html': `<meta property="og:url" content="https://docs.example/repo/b"><script src="https://docs.example/repo/c.js"></script>`,
      'plain.html': `<script src="https://docs.example/repo/c.js"></script>`,
      'a.css': '',
      'c.js': '',
    };
    expect(checked(files).findings).toEqual({
      'public-files': ['index.html:2', 'b.html:1'],
      'public-links': ['index.html:3'],
    });
  });

  test.each(['https://tides.example/', 'https://tides.example/repo/'])(
    'finds the public address %s by a feed, as Pelican writes it',
    (address) => {
      const feed = (url: string) => `<link rel="alternate" type="application/atom+xml" href="${url}">\n`;
      const style = `<link rel="stylesheet" href="${address}theme/main.css">\n<a href="${address}moon.html">`;
      const files = {
        'index.html': `${feed(`${address}feeds/all.atom.xml`)}${style}`,
        'other.html': `${feed('https://other.example/news.xml')}${style}`,
        'moon.html': '',
        'theme/main.css': '',
        'feeds/all.atom.xml': '',
      };
      expect(checked(files).findings).toEqual({
        'public-files': ['index.html:2'],
        'public-links': ['index.html:3'],
      });
    },
  );

  test.each([
    [`x.open("GET",url,!1)`, true],
    [`xhr.open('POST', base + '/a?b=' + c, false);`, true],
    [`x.open("GET",url,!0)`, false],
    [`window.open(url, "_blank", false)`, false],
  ])('finds synchronous requests: %s', (script, isFound) => {
    const { findings } = checked({ 'index.html': '', 'a.js': `\n${script}` });
    expect(findings).toEqual(isFound ? { 'synchronous-request': ['a.js:2'] } : {});
  });

  test.each([
    ['/* /index.html 200', true, []],
    ['# all\n/*   /   200\r\n', true, []],
    ['/old /new 301\n/* /index.html 200', true, ['_redirects']],
    ['/* /index.html 301', false, ['_redirects']],
  ])('reads the rule for single-page applications: %j', (rules, fallback, places) => {
    const found = checked({ 'index.html': '', _redirects: rules });
    expect([found.fallback, found.findings['host-rules'] ?? []]).toEqual([fallback, places]);
  });

  test('lists at most five places of each kind, and counts all', () => {
    const names = Array.from({ length: 9 }, (_, index) => `${index}.html`);
    const check = createSiteCheck(names, '/b/', true);
    for (const name of names) check.read(name, '<a href="/">');
    expect(check.result().findings).toEqual([
      { kind: 'root-links', places: names.slice(0, 5).map((name) => `${name}:1`), files: 9 },
    ]);
  });

  test('reads attributes as browsers do, and ignores tags in comments, scripts and values', () => {
    const html = [
      `<!-- <a href="/a"> --><script>let page = '<a href="/b">';</script><p title='<a href="/c">'>`,
      `<A\n  title="a > b" HREF = '/docs'>`,
      `<a data-href="/d" href=e href="/f">`,
    ].join('\n');
    expect(checked({ 'index.html': html }).findings).toEqual({ 'root-links': ['index.html:2'] });
  });

  test.each([
    ...[
      '<a ',
      '<',
      '<a',
      '</script',
      '<script>',
      '<!--',
      '<iframe sandbox',
      '<base href ',
      '<object data=',
      '<embed src',
    ],
    ...[
      '<meta http-equiv=refresh ',
      '<a href="',
      "<a href='",
      '<a href=" \'',
      '<link rel=stylesheet href ',
      '\n',
      ' ',
      '=',
    ],
    ...[
      'new Worker(',
      'new  ',
      'serviceWorker',
      'serviceWorker  ',
      '.open(',
      '.open("GET",',
      'import(',
      'from ',
      '.download ',
      'download: ',
      '<a x=/',
      '<div/',
    ],
  ])('takes linear time for a mebibyte of %j', (evil) => {
    // Half a mebibyte once took up to a minute, which is Jest's time limit.
    const text = evil.repeat(2 ** 20 / evil.length);
    const inTag = `<meta ${text.replaceAll('<meta', '')}`;
    expect(checked({ 'index.html': text, 'a.html': inTag, 'a.js': text }).history).toEqual(
      expect.any(Boolean),
    );
  });
});
