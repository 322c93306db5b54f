import { expect, test } from '@jest/globals';

import { mediaType } from '../../../src/files/mediaTypes.ts';

test.each([
  ['index.html', 'text/html; charset=utf-8'],
  ['A/B.HTML', 'text/html; charset=utf-8'],
  ['app.js', 'text/javascript; charset=utf-8'],
  ['app.mjs', 'text/javascript; charset=utf-8'],
  ['app.css', 'text/css; charset=utf-8'],
  ['notes.txt', 'text/plain; charset=utf-8'],
  ['main.ts', 'text/plain; charset=utf-8'],
  ['job.yml', 'application/yaml; charset=utf-8'],
  ['data.json', 'application/json'],
  ['site.webmanifest', 'application/manifest+json'],
  ['area.geojson', 'application/geo+json'],
  ['app.wasm', 'application/wasm'],
  ['scene.tif', 'image/tiff'],
  ['scene.tiff', 'image/tiff'],
  ['photo.jpeg', 'image/jpeg'],
  ['font.woff2', 'font/woff2'],
  ['all.zip', 'application/zip'],
  ['all.tar.gz', 'application/gzip'],
  ['sea.nc', 'application/x-netcdf'],
  ['tiles.h5', 'application/x-hdf5'],
  ['map.gpkg', 'application/geopackage+sqlite3'],
  ['places.kml', 'application/vnd.google-earth.kml+xml'],
  ['area.wkt', 'text/plain; charset=utf-8'],
  ['area.prj', 'text/plain; charset=utf-8'],
  ['mosaic.vrt', 'application/xml'],
  ['style.qml', 'application/xml'],
  ['lib.rs', 'text/plain; charset=utf-8'],
  ['notes.ipynb', 'application/x-ipynb+json'],
  ['guide.adoc', 'text/plain; charset=utf-8'],
  ['main.tf', 'text/plain; charset=utf-8'],
  ['api.proto', 'text/plain; charset=utf-8'],
  ['site.scss', 'text/plain; charset=utf-8'],
  ['live.m3u8', 'application/vnd.apple.mpegurl'],
  ['table.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
])('%s is %s', (name, type) => {
  expect(mediaType(name)).toBe(type);
});

test.each(['junit.xml', 'icon.svg', 'feed.rss', 'page.xhtml'])(
  '%s has no charset, because XML declares its encoding in the first line',
  (name) => {
    expect(mediaType(name)).toMatch(/[/+]xml$/);
  },
);

test.each([
  'README',
  'a.unknown',
  'a.',
  'x.constructor',
  '.__proto__',
  'a.hasownproperty',
  'folder.html/file',
  '',
])('%j has the default type', (name) => {
  expect(mediaType(name)).toBe('application/octet-stream');
});
