import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';

const output = process.env.SITE_OUTPUT;

/** A single-page application: all pages are routes of `200.html`. */
export default {
  plugins: [
    sveltekit({
      adapter: adapter({ fallback: '200.html', pages: output, assets: output }),
      outDir: process.env.SITE_CACHE,
      paths: { base: process.env.SITE_BASE.replace(/\/$/, ''), relative: false },
    }),
  ],
};
