import { defineConfig } from 'astro/config';

export default defineConfig({
  base: process.env.SITE_BASE,
  outDir: process.env.SITE_OUTPUT,
  cacheDir: process.env.SITE_CACHE,
  devToolbar: { enabled: false },
  build: { inlineStylesheets: 'never' },
});
