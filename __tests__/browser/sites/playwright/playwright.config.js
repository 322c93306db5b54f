export default {
  reporter: [['html', { outputFolder: process.env.SITE_OUTPUT, open: 'never' }]],
  outputDir: process.env.SITE_CACHE,
  workers: 1,
};
