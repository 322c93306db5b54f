import react from '@vitejs/plugin-react';

export default {
  plugins: [react()],
  base: process.env.SITE_BASE,
  cacheDir: process.env.SITE_CACHE,
  build: { outDir: process.env.SITE_OUTPUT, emptyOutDir: true, sourcemap: true, assetsInlineLimit: 0 },
};
