import { hashOf, landCover } from './raster.ts';

/** A file of the atlas. Its content is generated when it is read. */
export interface AtlasFile {
  readonly name: string;
  readonly content: () => Buffer;
}

const tiles = 'C D E F G H J K L M'
  .split(' ')
  .flatMap((row) => ['30T', '31T', '31U', '32T', '32U', '33U'].map((zone) => `T${zone}${row}J`));
const dates = ['09-04', '09-14', '09-24', '10-04', '10-14', '10-24', '11-03', '11-08', '11-13', '11-18'];
const bands = ['B02', 'B03', 'B04', 'B08', 'classes', 'confidence'];
const regions = [
  'Andalucía',
  'Bretagne',
  'Île-de-France',
  'København',
  'Łódzkie',
  'Niederösterreich',
  'Occitanie',
  'Steiermark',
  'Toscana',
  'Zürich',
];
const classes = ['water', 'wetland', 'forest', 'scrub', 'grass', 'crops', 'bare ground', 'built-up'];

/** The output of an imaginary land-cover pipeline: 5,000 files of several kinds. They are the same in every run. */
export function atlas(): AtlasFile[] {
  const maps = Array.from({ length: 12 }, (_, seed) => once(() => landCover(256, seed)));
  const products = tiles.flatMap((tile, t) =>
    dates.flatMap((date, d) => product(`products/${tile}/2026-${date}`, t * dates.length + d, maps)),
  );
  const statistics = regions.flatMap((region, r) =>
    Array.from({ length: 12 }, (_, month) => ({
      name: `statistics/${region}/2026-${String(month + 1).padStart(2, '0')}.csv`,
      content: () => table(r * 12 + month),
    })),
  );
  const logs = tiles.map((tile, seed) => ({ name: `logs/${tile}.log`, content: () => log(tile, seed) }));
  return [...products, ...statistics, ...logs, ...papers(maps)];
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function product(folder: string, seed: number, maps: readonly (() => Buffer)[]): AtlasFile[] {
  const rasters = bands.map((band, b) => ({
    name: `${folder}/${band}.tif`,
    content: () => raster(4_000 + Math.floor(hashOf(seed, b, 7) * 24_000), seed * 8 + b),
  }));
  return [
    ...rasters,
    { name: `${folder}/item.json`, content: () => item(folder) },
    { name: `${folder}/quicklook.png`, content: maps[seed % maps.length] ?? (() => Buffer.alloc(0)) },
  ];
}

function papers(maps: readonly (() => Buffer)[]): AtlasFile[] {
  const text = (name: string, ...lines: readonly string[]) => ({
    name,
    content: () => Buffer.from(`${lines.join('\n')}\n`),
  });
  return [
    text(
      'README.md',
      '# Land-cover atlas, autumn 2026',
      '',
      'Ten-metre classes of 60 tiles, every ten days, with a confidence for each pixel.',
      '',
      ...classes.map((name, code) => `- ${code}: ${name}`),
    ),
    text(
      'CHANGELOG.md',
      '# Changes',
      '',
      '- Tiles of zone 33 are new.',
      '- Wetlands are separated from water by three dates, not one.',
    ),
    text('LICENSE', 'Creative Commons Attribution 4.0 International'),
    text(
      'catalog.json',
      JSON.stringify({ type: 'Catalog', id: 'land-cover-2026', stac_version: '1.1.0' }, null, 2),
    ),
    text('legend.csv', 'code,class', ...classes.map((name, code) => `${code},${name}`)),
    text(
      'reports/validation.html',
      '<!doctype html>',
      '<title>Validation</title>',
      '<h1>Validation</h1>',
      '<p>Overall accuracy 91.4 %</p>',
    ),
    text(
      'reports/confusion matrix.csv',
      `,${classes.join(',')}`,
      ...classes.map((name, row) =>
        [name, ...classes.map((_, column) => (row === column ? 90 + row : (row * column) % 5))].join(','),
      ),
    ),
    ...Array.from({ length: 11 }, (_, map) => ({
      name: `reports/figures/figure ${map + 1}.png`,
      content: maps[map] ?? (() => Buffer.alloc(0)),
    })),
    { name: 'downloads/land-cover-2026.gpkg', content: () => raster(1_600_000, 11) },
    { name: 'downloads/quicklooks.zip', content: () => raster(640_000, 12) },
  ];
}

/** Bytes that do not compress, like those of a compressed raster. A seed always gives the same bytes. */
function raster(size: number, seed: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE(hashOf(at, seed, 3) * 2 ** 32, at);
  return bytes;
}

function item(folder: string): Buffer {
  const [, tile = '', date = ''] = folder.split('/');
  const assets = Object.fromEntries(
    bands.map((band) => [band, { href: `${band}.tif`, type: 'image/tiff; application=geotiff' }]),
  );
  const properties = { datetime: `${date}T10:56:21Z`, 'grid:code': `MGRS-${tile.slice(1)}`, gsd: 10 };
  return Buffer.from(
    `${JSON.stringify({ type: 'Feature', stac_version: '1.1.0', id: `${tile}-${date}`, properties, assets }, null, 2)}\n`,
  );
}

function table(seed: number): Buffer {
  const rows = classes.map(
    (name, code) =>
      `${name},${(hashOf(seed, code, 5) * 4_000).toFixed(1)},${(hashOf(code, seed, 6) * 12 - 6).toFixed(2)}`,
  );
  return Buffer.from(['class,area_km2,change_percent', ...rows, ''].join('\n'));
}

function log(tile: string, seed: number): Buffer {
  const lines = dates.flatMap((date, index) => [
    `2026-${date}T11:0${index % 10}:12Z INFO  ${tile} read 4 bands, ${(hashOf(index, seed, 9) * 40).toFixed(1)} % cloud`,
    `2026-${date}T11:0${index % 10}:47Z INFO  ${tile} classified 120,560,400 pixels in ${(20 + hashOf(seed, index, 8) * 20).toFixed(1)} s`,
  ]);
  return Buffer.from(`${lines.join('\n')}\n`);
}
