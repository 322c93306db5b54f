export default {
  title: 'Tide tables',
  description: 'How the tides are computed',
  base: process.env.SITE_BASE,
  outDir: process.env.SITE_OUTPUT,
  cacheDir: process.env.SITE_CACHE,
  cleanUrls: true,
  lastUpdated: false,
  themeConfig: {
    search: { provider: 'local' },
    nav: [{ text: 'Guide', link: '/guide/start' }],
    sidebar: [
      {
        text: 'Guide',
        items: [
          { text: 'Start', link: '/guide/start' },
          { text: 'Stations', link: '/guide/stations' },
        ],
      },
    ],
  },
};
