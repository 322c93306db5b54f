import { lookup } from 'mrmime';

/** Extensions by type, where mrmime has no type, or one that is wrong for the output of builds. Source code is plain text, so that browsers show it. */
const ownTypes: Readonly<Record<string, string>> = {
  'text/plain':
    'adb adoc ads asc asciidoc asm awk bas bash bat bib bzl c cc cfg clj cljs cls cmake cmd coffee cpp cs ctl cts cue cxx d dart diff dot el env err erl ex exs f f03 f08 f77 f90 f95 fish for fs go gql gradle graphql groovy gv h hcl hh hpp hrl hs hxx ini ino ipp java jl junit-log kt kts lcov less lisp lock lua m mak md5 mk ml mli mm mts nfo nim nix out pas patch php pl plantuml pm po pot prj properties proto ps1 psm1 psv puml pxd py pyi pyx r rb rego rs rst s sass scala scm scss sed sh sha1 sha256 sha512 sql srt styl sty sv svelte swift tap tcl tex tf tfvars tfw thrift toc ts tsx v vb vhd vhdl vim vue wat wkt wld zig zsh',
  'text/javascript': 'cjs',
  'application/avro': 'avro',
  'application/flatgeobuf': 'fgb',
  'application/geopackage+sqlite3': 'gpkg',
  'application/json': 'avsc czml har topojson',
  'application/sarif+json': 'sarif',
  'application/toml': 'toml',
  'application/vnd.apache.arrow.file': 'arrow feather',
  'application/vnd.apache.parquet': 'geoparquet parquet',
  'application/vnd.apple.mpegurl': 'm3u m3u8',
  'application/vnd.dbf': 'dbf',
  'application/vnd.google-earth.kml+xml': 'kml',
  'application/vnd.google-earth.kmz': 'kmz',
  'application/vnd.las': 'las',
  'application/vnd.laszip': 'laz',
  'application/vnd.mapbox-vector-tile': 'mvt',
  'application/vnd.ogc.sld+xml': 'sld',
  'application/vnd.oasis.opendocument.presentation': 'odp',
  'application/vnd.oasis.opendocument.spreadsheet': 'ods',
  'application/vnd.oasis.opendocument.text': 'odt',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.pmtiles': 'pmtiles',
  'application/vnd.shp': 'shp',
  'application/vnd.shx': 'shx',
  'application/vnd.sqlite3': 'db mbtiles sqlite sqlite3',
  'application/wmo-GRIB2': 'grb grb2 grib grib2',
  'application/x-hdf': 'hdf',
  'application/x-hdf5': 'h5 hdf5 he5',
  'application/x-ipynb+json': 'ipynb',
  'application/x-ndjson': 'geojsonl jsonl ndjson',
  'application/x-netcdf': 'cdf nc nc4',
  'application/xml': 'junit osm qgs qml vrt',
  'application/yaml': 'yaml yml',
  'application/zip': 'qgz usdz whl',
  'audio/flac': 'flac',
  'image/tiff': 'cog tif',
  'model/ply': 'ply',
  'video/matroska': 'mkv',
};

const ownExtensions = new Map(
  Object.entries(ownTypes).flatMap(([type, list]) => list.split(' ').map((one) => [one, type] as const)),
);

/** Text types that do not start with `text/`. */
const alsoText = /^application\/(javascript|toml|yaml)$/;

/** XML declares its encoding in the first line, and a charset in the header would override it (RFC 7303, 3.2). */
const xml = /[/+]xml$/;

/** The type of an unknown extension. */
export const unknownType = 'application/octet-stream';
/** The parameter of text. */
export const utf8 = '; charset=utf-8';

/**
 * The media type of a file, by its extension. Text gets `charset=utf-8`, because browsers would guess otherwise. An unknown extension is
 * `application/octet-stream`. `contentType` corrects both by the content.
 */
export function mediaType(name: string): string {
  const extension = extensionOf(name);
  const type = types.get(extension) ?? typeOf(extension);
  types.set(extension, type);
  return type;
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > name.lastIndexOf('/') ? name.slice(dot + 1).toLowerCase() : '';
}

/** Whether a file name says nothing about the content. `.bin` does: mrmime knows that it is binary. */
export function isUntyped(name: string): boolean {
  const extension = extensionOf(name);
  return !ownExtensions.has(extension) && known(extension) === undefined;
}

/** A cache: many files share few extensions, and then share one text in memory. */
const types = new Map<string, string>();

function typeOf(extension: string): string {
  const type = ownExtensions.get(extension) ?? known(extension) ?? unknownType;
  const isText = (type.startsWith('text/') && !xml.test(type)) || alsoText.test(type);
  return isText ? `${type}${utf8}` : type;
}

/** mrmime uses a plain object, which also has properties like `constructor`. */
function known(extension: string): string | undefined {
  const type: unknown = lookup(extension);
  return typeof type === 'string' ? type : undefined;
}
