import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import type { Plugin } from 'esbuild';

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent: readonly string[];
}

const require = createRequire(import.meta.url);

/** What the index page uses of marked. */
const entry = `export { _Lexer as Lexer } from '../src/Lexer.ts'; export { _Tokenizer as Tokenizer } from '../src/Tokenizer.ts';`;

/**
 * Bundles marked from the modules in its source map, without those that write HTML. The published file is one module, and esbuild cannot leave
 * out a part of it.
 */
export const markedReader: Plugin = {
  name: 'marked',
  setup: (bundler) => {
    const { sources, sourcesContent } = JSON.parse(
      readFileSync(`${require.resolve('marked')}.map`, 'utf8'),
    ) as SourceMap;
    bundler.onResolve({ filter: /^marked$/ }, () => ({ path: 'src/entry', namespace: 'marked' }));
    bundler.onResolve({ filter: /^\.\.?\//, namespace: 'marked' }, (from) => ({
      path: path.posix.join('src', path.posix.basename(from.path)),
      namespace: 'marked',
    }));
    bundler.onLoad({ filter: /^/, namespace: 'marked' }, ({ path: module }) => {
      const contents = module === 'src/entry' ? entry : sourcesContent[sources.indexOf(`../${module}`)];
      return contents === undefined
        ? { errors: [{ text: `The source map of marked has no ${module}: change scripts/marked.ts.` }] }
        : { contents, loader: 'ts' };
    });
  },
};
