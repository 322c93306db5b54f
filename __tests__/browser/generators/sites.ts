/** Sites for `run.ts`, and how to build them with the tools that people use. */

/** The exact versions of the tools. */
export const packages = {
  npm: {
    '@docusaurus/core': '3.10.2',
    '@docusaurus/preset-classic': '3.10.2',
    '@vitejs/plugin-react': '6.3.0',
    lighthouse: '13.5.0',
    next: '16.4.6',
    react: '19.3.1',
    'react-dom': '19.3.1',
    vite: '8.3.8',
  },
  pip: { docutils: '0.23', 'mkdocs-material': '9.8.2', robotframework: '7.5' },
} as const;

/** What a build gets. All paths are absolute. */
export interface Place {
  /** URL path of the site's folder, with a slash at both ends. */
  readonly base: string;
  readonly output: string;
  /** URL of a static server with the sources of the site. */
  readonly origin: string;
  /** Path of Chromium's program. */
  readonly chromium: string;
}

/** A step on a site: a click, a reload or a step back, and a text that the page must then show. */
export interface Step {
  /** Locator of the element to click; `reload` and `back` are the buttons of the browser. */
  readonly act: string;
  readonly shows: string;
}

/** A program of the packages, its arguments, and variables. */
export interface Command {
  readonly program: readonly ['npm' | 'pip', string];
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface GeneratedSite {
  readonly name: string;
  /** The main package, whose version the table shows. */
  readonly package: string;
  /** Whether the site is built for its folder or for the root of a host. */
  readonly builtFor: 'folder' | 'root';
  readonly sources: Readonly<Record<string, string>>;
  readonly build: (place: Place) => readonly Command[];
  /** The page to open on the static server; empty for the folder itself. */
  readonly first?: string;
  readonly fallback?: string;
  readonly opens: string;
  readonly walk: readonly Step[];
  /** Name of the file that the last step downloads. */
  readonly downloads?: string;
}

const link = (text: string) => `a ::-p-text(${text})`;

const nextSources = {
  'next.config.mjs': `export default {
  output: 'export',
  basePath: process.env.SITE_BASE.replace(/\\/$/, ''),
  distDir: 'output',
};`,
  'app/layout.jsx': `export const metadata = { title: 'Boats' };
export default ({ children }) => <html lang="en"><body>{children}</body></html>;`,
  'app/page.jsx': `import Link from 'next/link';
export default () => <main><h1>All boats</h1><Link href="/osprey">Osprey</Link></main>;`,
  'app/osprey/page.jsx': `'use client';
import Link from 'next/link';
import { useState } from 'react';
export default () => {
  const [count, setCount] = useState(0);
  return <main><h1>Boat osprey</h1><button onClick={() => setCount(count + 1)}>{'Trips: ' + count}</button> <Link href="/">Home</Link></main>;
};`,
};

const next = (builtFor: GeneratedSite['builtFor']): GeneratedSite => ({
  name: `Next.js export for ${builtFor === 'root' ? 'the root of a host' : 'its folder'}`,
  package: 'next',
  builtFor,
  sources: nextSources,
  build: ({ base }) => [
    {
      program: ['npm', 'next'],
      args: ['build', '--webpack'],
      env: { SITE_BASE: base, NEXT_TELEMETRY_DISABLED: '1' },
    },
  ],
  fallback: '404.html',
  opens: 'All boats',
  walk: [
    { act: link('Osprey'), shows: 'Boat osprey' },
    { act: 'button', shows: 'Trips: 1' },
    { act: link('Home'), shows: 'All boats' },
    { act: 'reload', shows: 'All boats' },
    { act: 'back', shows: 'Boat osprey' },
    { act: 'reload', shows: 'Boat osprey' },
  ],
});

const docusaurus = (builtFor: GeneratedSite['builtFor']): GeneratedSite => ({
  name: `Docusaurus for ${builtFor === 'root' ? 'the root of a host' : 'its folder'}`,
  package: '@docusaurus/core',
  builtFor,
  sources: {
    'docusaurus.config.js': `module.exports = {
  title: 'Tides',
  url: 'https://tides.example',
  baseUrl: process.env.SITE_BASE,
  onBrokenLinks: 'warn',
  presets: [['classic', { docs: { routeBasePath: '/' }, blog: false }]],
};`,
    'docs/index.md': '---\nslug: /\n---\n# Tide tables\n\nRead about the [moon](moon.md).\n',
    'docs/moon.md': '# The moon\n\nIt pulls. [Back to the start](index.md).\n',
  },
  build: ({ base, output }) => [
    { program: ['npm', 'docusaurus'], args: ['build', '--out-dir', output], env: { SITE_BASE: base } },
  ],
  fallback: '404.html',
  opens: 'Tide tables',
  walk: [
    { act: `article ${link('moon')}`, shows: 'It pulls' },
    { act: 'reload', shows: 'It pulls' },
    { act: link('Back to the start'), shows: 'Read about the' },
    { act: 'back', shows: 'It pulls' },
  ],
});

const vite: GeneratedSite = {
  name: 'Vite with React, downloads by script',
  package: 'vite',
  builtFor: 'folder',
  sources: {
    'vite.config.mjs': `import react from '@vitejs/plugin-react';
export default { plugins: [react()], base: process.env.SITE_BASE, build: { outDir: process.env.SITE_OUTPUT } };`,
    'index.html':
      '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Trips</title></head><body><div id="root"></div><script type="module" src="/main.jsx"></script></body></html>',
    'main.jsx': `import { createRoot } from 'react-dom/client';
const save = () => Object.assign(document.createElement('a'), { href: 'trips.csv', download: 'july.csv' }).click();
createRoot(document.querySelector('#root')).render(<main><h1>Trips</h1><button onClick={save}>Save</button></main>);`,
    'public/trips.csv': 'boat,trips\nosprey,12\n',
  },
  build: ({ base, output }) => [
    { program: ['npm', 'vite'], args: ['build'], env: { SITE_BASE: base, SITE_OUTPUT: output } },
  ],
  opens: 'Trips',
  walk: [{ act: 'button', shows: 'Trips' }],
  downloads: 'july.csv',
};

const material: GeneratedSite = {
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
  opens: 'Tide tables',
  walk: docusaurus('folder').walk,
};

const robot: GeneratedSite = {
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

const lighthouse: GeneratedSite = {
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

const text = 'Crème brûlée à Besançon';
const japanese = '潮の満ち引き';

/** Two pages of docutils in an encoding. */
const docutils = (encoding: string, shows: string, extension = 'html'): GeneratedSite => {
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

export const generatedSites: readonly GeneratedSite[] = [
  vite,
  next('folder'),
  next('root'),
  docusaurus('folder'),
  docusaurus('root'),
  material,
  lighthouse,
  robot,
  docutils('iso-8859-1', text),
  docutils('shift_jis', japanese),
  docutils('utf-16', `${text}, ${japanese}`),
  docutils('utf-8', `${text}, ${japanese}`, 'xhtml'),
];
