import { describe, expect, test } from '@jest/globals';

import { filesNeeded } from '../../../src/preview/references.ts';

const names = [
  'index.html',
  'about.html',
  'app.js',
  'b.png',
  'data.json',
  'docs/index.html',
  'docs/style.css',
  'ü ä.png',
  'a&b.png',
  'style.css',
];
const place = '/bucket/previews/pr-7/';

const needed = (html: string, files: readonly string[] = names) => filesNeeded(html, files, place);

describe('the files that a page needs', () => {
  test.each([
    [`<link rel=stylesheet href=style.css>`, 'style.css'],
    [`<SCRIPT SRC="./app.js?v=1#x"></SCRIPT>`, 'app.js'],
    [`<img src="%C3%BC%20%C3%A4.png">`, 'ü ä.png'],
    [`<img src="a&amp;b.png">`, 'a&b.png'],
    [`<img srcset="https://cdn.example/a.png 1x, b.png 2x">`, 'b.png'],
    [`<picture><source srcset="b.png"></picture>`, 'b.png'],
    [`<link rel=preload as=image imagesrcset="b.png 1x">`, 'b.png'],
    [`<iframe src="docs/"></iframe>`, 'docs/index.html'],
    [`<a href="docs">docs</a>`, 'docs/index.html'],
    [`<a href="about">about</a>`, 'about.html'],
    [`<a href="about.html#part">about</a>`, 'about.html'],
    [`<form action="about.html">`, 'about.html'],
    [`<video poster=b.png>`, 'b.png'],
    [`<object data="b.png"></object>`, 'b.png'],
    [`<meta http-equiv="Refresh" content="0; url='about.html'">`, 'about.html'],
    [`<p style="background: url( 'b.png' )">`, 'b.png'],
    [`<style>@import "style.css";</style>`, 'style.css'],
    [`<style>p { background: url(b.png) }</style>`, 'b.png'],
    [`<link rel=stylesheet href="/style.css">`, 'style.css'],
    [`<link rel=stylesheet href="/bucket/previews/pr-7/style.css">`, 'style.css'],
    [`<base href="docs/"><link rel=stylesheet href="style.css">`, 'docs/style.css'],
    [`<base href="/"><script src="app.js"></script>`, 'app.js'],
    [`<script type=module>import './app.js'</script>`, 'app.js'],
    [`<script>fetch("data.json")</script>`, 'data.json'],
    ['<script>open(`docs/index.html?trace=${trace}`)</script>', 'docs/index.html'],
  ])('%s', (html, file) => {
    expect(needed(`<!doctype html><title>T</title>${html}`)).toEqual([file]);
  });

  test.each([
    `<p>All is well.`,
    `<a href="#part">part</a><a href="index.html">self</a><a href="./">self</a><a href="">self</a><a href="/">self</a>`,
    `<script src="https://cdn.example/app.js"></script><link href="//cdn.example/style.css">`,
    `<a href="https://storage.example/bucket/previews/pr-7/about.html">elsewhere</a>`,
    `<a href="mailto:a@example.org">mail</a><img src="data:image/png;base64,app.js">`,
    `<!-- <script src="app.js"></script> -->`,
    `<img src="missing.png"><img src="missing/b.png"><a href="../about.html">outside</a>`,
    `<base href="https://example.org/"><script src="app.js"></script>`,
    `<base href="docs/"><img srcset="">`,
    `<script>const text = "see app.js"</script><title>app.js</title>`,
    `<script src="app.js`,
  ])('are none: %s', (html) => {
    expect(needed(html)).toEqual([]);
  });

  test('come in the order of the page, each once', () => {
    const html = `<script src=app.js></script><a href=about.html></a><script src="./app.js"></script><img src=b.png>`;
    expect(needed(html)).toEqual(['app.js', 'about.html', 'b.png']);
  });

  test('are found for a site that was built for another path, with one page or more', () => {
    const html = `<script type=module src="/repository/assets/app.js"></script>`;
    expect(needed(html, ['index.html', 'assets/app.js'])).toEqual(['assets/app.js']);
    expect(needed(html, ['index.html', 'about.html', 'assets/app.js'])).toEqual(['assets/app.js']);
  });

  test('are found for such a site if their names are percent-encoded', () => {
    const html = `<script src="/repository/assets/%C3%BC%20b.js"></script><img src="/repository/a b.png">`;
    const files = ['index.html', 'about.html', 'assets/ü b.js', 'a b.png'];
    expect(needed(html, files)).toEqual(['assets/ü b.js', 'a b.png']);
  });

  test('of a report by Playwright are its attachments, which only its data names', () => {
    const html = `<template id="playwrightReportBase64">data:application/zip;base64,UEsDB</template>`;
    expect(needed(html, ['index.html', 'data/1.png', 'results.json'])).toEqual(['data/1.png']);
    expect(needed(html, ['index.html', 'results.json'])).toEqual([]);
  });

  test('are found in time that grows with the page alone', () => {
    const unfriendly = `<style>${'url("'.repeat(50_000)}</style><script>${`"`.repeat(50_000)}</script>${'<img srcset=",'.repeat(20_000)}`;
    const before = process.cpuUsage();
    expect(needed(unfriendly)).toEqual([]);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000);
  });
});
