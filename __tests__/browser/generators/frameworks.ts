/** Sites of frameworks with a router, for their folder and for the root of a host. */
import { type GeneratedSite, link, tides } from './generatedSite.ts';

/** What the sites of two boats show. Back comes before Reload, because a page that is not yet hydrated ignores it. */
const boats = {
  opens: 'All boats',
  walk: [
    { act: link('Osprey'), shows: 'Boat osprey' },
    { act: 'button', shows: 'Trips: 1' },
    { act: link('Home'), shows: 'All boats' },
    { act: 'back', shows: 'Boat osprey' },
    { act: 'reload', shows: 'Boat osprey' },
  ],
  deep: { path: 'osprey', shows: 'Trips: 0' },
};

const places = {
  folder: 'for its folder',
  '/': 'for the root of a host',
  '/my-project/': 'for another path, as on GitHub Pages',
} as const;

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

export const next = (builtFor: GeneratedSite['builtFor']): GeneratedSite => ({
  name: `Next.js export ${places[builtFor]}`,
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
  ...boats,
});

export const docusaurus = (builtFor: GeneratedSite['builtFor']): GeneratedSite => ({
  name: `Docusaurus ${places[builtFor]}`,
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
  ...tides,
});

export const vite: GeneratedSite = {
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
  // The title alone is there before the script runs.
  opens: 'Save',
  walk: [{ act: 'button', shows: 'Save' }],
  downloads: 'july.csv',
};

/** All pages are HTML files, and the router takes over in the browser. */
export const sveltekit: GeneratedSite = {
  name: 'SvelteKit, prerendered, for the root of a host',
  package: '@sveltejs/kit',
  builtFor: '/',
  sources: {
    'package.json': '{ "private": true, "type": "module" }',
    'vite.config.js': `import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
const output = process.env.SITE_OUTPUT;
export default { plugins: [sveltekit({ adapter: adapter({ pages: output, assets: output }) })] };`,
    'src/app.html':
      '<!doctype html><html lang="en"><head><meta charset="utf-8">%sveltekit.head%</head><body><div>%sveltekit.body%</div></body></html>',
    'src/routes/+layout.js': 'export const prerender = true;',
    'src/routes/+page.svelte':
      '<svelte:head><title>Boats</title></svelte:head><h1>All boats</h1><a href="/osprey">Osprey</a>',
    'src/routes/osprey/+page.svelte': `<script>let count = $state(0);</script>
<svelte:head><title>Osprey</title></svelte:head>
<h1>Boat osprey</h1><button onclick={() => count++}>Trips: {count}</button> <a href="/">Home</a>`,
  },
  build: ({ output }) => [{ program: ['npm', 'vite'], args: ['build'], env: { SITE_OUTPUT: output } }],
  ...boats,
};

export const nuxt: GeneratedSite = {
  name: 'Nuxt, generated for the root of a host',
  package: 'nuxt',
  builtFor: '/',
  sources: {
    'nuxt.config.ts': `export default defineNuxtConfig({
  compatibilityDate: '2026-01-01',
  telemetry: false,
  nitro: { output: { publicDir: process.env.SITE_OUTPUT } },
});`,
    'app/app.vue': '<template><NuxtPage /></template>',
    'app/pages/index.vue':
      '<template><main><h1>All boats</h1><NuxtLink to="/osprey">Osprey</NuxtLink></main></template>',
    'app/pages/osprey.vue': `<script setup>const count = ref(0);</script>
<template><main><h1>Boat osprey</h1><button @click="count++">Trips: {{ count }}</button> <NuxtLink to="/">Home</NuxtLink></main></template>`,
  },
  build: ({ output }) => [{ program: ['npm', 'nuxt'], args: ['generate'], env: { SITE_OUTPUT: output } }],
  ...boats,
};
