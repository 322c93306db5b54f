import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { encodedPath, percentDecoded } from '../../../src/text/encode.ts';
import { createRoutes } from '../../../src/preview/routes.ts';
import { awkwardNames } from '../../support/fileNames.ts';

const file = (name: string, status = 200, isFallback = false) => ({ kind: 'file', name, status, isFallback });
const redirect = (to: string) => ({ kind: 'redirect', to });
const missing = { kind: 'missing' };

describe('a site of several pages', () => {
  const routes = createRoutes([
    '404.html',
    'about.html',
    'app.js',
    'docs/404.html',
    'docs/guide.html',
    'docs/guide/start.html',
    'docs/index.html',
    'index.html',
  ]);

  test.each([
    ['', file('index.html')],
    ['index.html', file('index.html')],
    ['app.js', file('app.js')],
    ['about', file('about.html')],
    ['about/', redirect('about')],
    ['app.js/', redirect('app.js')],
    ['docs', redirect('docs/')],
    ['docs/', file('docs/index.html')],
    ['docs/guide', file('docs/guide.html')],
    ['docs/guide/start', file('docs/guide/start.html')],
    ['nothing', file('404.html', 404, true)],
    ['docs/a/b/nothing', file('docs/404.html', 404, true)],
    ['nothing.png', file('404.html', 404, true)],
  ])('resolves the page "%s"', (path, route) => {
    expect(routes.page(path)).toEqual(route);
  });

  test.each([
    ['app.js', file('app.js')],
    ['docs', redirect('docs/')],
    ['nothing.js', missing],
    ['docs/app.js', missing],
  ])('never resolves the resource "%s" to a "not found" page', (path, route) => {
    expect(routes.resource(path)).toEqual(route);
  });

  test('has no route without a file and without a 404.html', () => {
    expect(createRoutes(['index.html', 'b.html']).page('nothing')).toEqual(missing);
  });
});

describe('a site with one page', () => {
  const routes = createRoutes(['assets/app.js', 'index.html']);

  test.each([
    ['users/7', file('index.html', 200, true)],
    ['users/jane.doe/', file('index.html', 200, true)],
    ['nothing.pdf', missing],
    ['assets/app.js', file('assets/app.js')],
  ])('resolves the page "%s"', (path, route) => {
    expect(routes.page(path)).toEqual(route);
  });

  test('finds resources that the page requests relative to its route', () => {
    expect(routes.resource('users/assets/app.js')).toEqual(file('assets/app.js'));
    expect(routes.resource('users/7/assets/app.js')).toEqual(file('assets/app.js'));
    expect(routes.resource('users/data.json')).toEqual(missing);
  });

  test('falls back to 200.html, else to 404.html', () => {
    expect(createRoutes(['index.html', '404.html']).page('a')).toEqual(file('404.html', 404, true));
    expect(createRoutes(['index.html', '404.html', '200.html']).page('a')).toEqual(
      file('200.html', 200, true),
    );
  });

  test('falls back to the page that a rule names', () => {
    const site = createRoutes(['404.html', 'a/app.js', 'b.html', 'index.html'], 'index.html');
    expect(site.page('user/8')).toEqual(file('index.html', 200, true));
    expect(site.page('none.png')).toEqual(file('404.html', 404, true));
    expect(site.resource('user/a/app.js')).toEqual(file('a/app.js'));
  });

  test('has no fallback if the page has another name', () => {
    expect(createRoutes(['report.html']).page('a')).toEqual(missing);
    expect(createRoutes(['report.html']).page('report')).toEqual(file('report.html'));
  });
});

describe('the decoded path', () => {
  test.each(awkwardNames)('of %j is the name, in the encoding of the storage and of browsers', (name) => {
    expect(percentDecoded(encodedPath(name))).toBe(name);
    const { pathname } = new URL(encodedPath(name).toLowerCase(), 'http://host/');
    expect(percentDecoded(pathname.slice(1)).toLowerCase()).toBe(name.toLowerCase());
  });

  test('keeps invalid percent-encoding', () => {
    expect(percentDecoded('100%/a%zz/%ff%FE/%C3%BC')).toBe('100%/a%zz/%ff%FE/ü');
  });

  test('of a link is the name of the file', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        expect(percentDecoded(encodedPath(name))).toBe(name);
      }),
    );
  });
});

test('a path with half a million slashes takes linear time', () => {
  const { page, resource } = createRoutes(['200.html', 'b/app.js']);
  for (const path of [`a${'/'.repeat(500_000)}x`, '/'.repeat(500_000), `${'a/'.repeat(250_000)}b/app.js`]) {
    expect(page(path).kind).not.toBe('redirect');
    expect(resource(path)).toEqual(
      path.endsWith('b/app.js')
        ? { kind: 'file', name: 'b/app.js', status: 200, isFallback: false }
        : { kind: 'missing' },
    );
  }
});
