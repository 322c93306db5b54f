import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { htmlDocument, markdownDocument } from '../../../browser/index/viewers/markdown.ts';
import { createResolver } from '../../../browser/index/viewers/resolver.ts';
import type { Content } from '../../../browser/index/viewers/parts.ts';
import { shownParts } from './shownParts.ts';

const files: Readonly<Record<string, string>> = {
  'docs/a.png': 'https://s3.example/a.png?sig',
  'docs/b.md': 'https://s3.example/b.md?sig',
};
const resolver = createResolver('docs/guide.md', { linkOf: (path) => files[path] });
const never = () => false;
const markdown = (text: string) => shownParts(markdownDocument(text, resolver, never).contents);
const html = (text: string) => shownParts(htmlDocument(text, resolver).contents);
const rel = 'target="_blank" rel="noopener noreferrer"';

describe('Markdown', () => {
  test.each([
    ['# A *b* &amp; `c`', '<h3 class="level-1">A <em>b</em> & <code>c</code></h3>'],
    ['a  \nb ~~c~~ **d** \\*', '<p>a<br></br>b <del>c</del> <strong>d</strong> *</p>'],
    ['> q', '<blockquote><p>q</p></blockquote>'],
    ['```js\na <b>\n```', '<pre tabindex="0"><code>a <b></code></pre>'],
    ['3. a\n4. b', '<ol start="3"><li>a</li><li>b</li></ol>'],
    ['- a\n\n- b', '<ul><li><p>a</p></li><li><p>b</p></li></ul>'],
    [
      '- [x] a\n- [ ] b',
      '<ul><li class="task"><input type="checkbox" disabled="" aria-label="Done" checked=""></input>a</li>' +
        '<li class="task"><input type="checkbox" disabled="" aria-label="To do"></input>b</li></ul>',
    ],
    [
      '| a | b |\n|---|--:|\n| 1 | *2* |',
      '<table><thead><tr><th>a</th><th class="align-right">b</th></tr></thead>' +
        '<tbody><tr><td>1</td><td class="align-right"><em>2</em></td></tr></tbody></table>',
    ],
    ['---\ntitle: x\n---\na', '<pre>title: x</pre><p>a</p>'],
    ['[a]\n\n[a]: https://a.example', `<p><a href="https://a.example/" ${rel}>a</a></p>`],
    [
      '<details open><summary>S</summary>\n\n*a*\n\n</details>\nb',
      '<details open=""><summary>S</summary><p><em>a</em></p></details>b',
    ],
  ])('%j', (text, shown) => {
    expect(markdown(text).replace(/\n/g, '')).toBe(shown);
  });

  test.each([
    ['![A](a.png)', '<img src="https://s3.example/a.png?sig" alt="A" loading="lazy"></img>'],
    ['![A](c.png)', '<span class="absent">A <code>c.png</code></span>'],
    ['![A](https://x.example/a.png)', '<span class="absent">A <code>https://x.example/a.png</code></span>'],
    ['![A](data:image/png;base64,AA)', '<img src="data:image/png;base64,AA" alt="A" loading="lazy"></img>'],
    ['[B](./b.md#x)', `<a href="https://s3.example/b.md?sig" data-file="docs/b.md" ${rel}>B</a>`],
    ['[B](c.md)', '<span>B</span>'],
    ['[B](#set-up)', '<a href="#" data-heading="set-up">B</a>'],
    ['[B](javascript:alert(1))', '<span>B</span>'],
    ['[B](JAVA&#10;SCRIPT&colon;alert(1))', '<span>B</span>'],
    ['<javascript:alert(1)>', '<span>javascript:alert(1)</span>'],
    ['<a href="&#106;avascript:alert(1)" onclick=x>B</a>', '<a>B</a>'],
    [
      '[a <a href="b.md">b</a>](b.md)',
      `<a href="https://s3.example/b.md?sig" data-file="docs/b.md" ${rel}>a <a>b</a></a>`,
    ],
  ])('%s resolves links and pictures', (text, shown) => {
    expect(markdown(text)).toBe(`<p>${shown}</p>`);
  });
});

describe('HTML in a document', () => {
  test.each([
    ['a<script>alert("</p>")</script>b', 'ab'],
    ['a<SCRIPT >x</SCRIPT\n>b', 'ab'],
    ['a<script><script></script>b', 'ab'],
    ['a<style>*{}</style><svg><g><svg></svg></g><script>x</script></svg>b', 'ab'],
    ['a<iframe src=x>b', 'a'],
    [
      '<img src=a.png onerror=alert(1) style="x" id=pane name=y>',
      '<img src="https://s3.example/a.png?sig" alt="" loading="lazy"></img>',
    ],
    ['<p id=data class=pane style="color:red" onclick=x>a', '<p>a</p>'],
    ['<form action=x><input name=a><button>b</button></form>', 'b'],
    ['<meta http-equiv=refresh content=0><base href=x><link rel=stylesheet href=x>a', 'a'],
    ['<!-- <b> -->a<!doctype x><?php b ?>', 'a'],
    ['a < b &lt;c&gt; &#x41;&copy;&unknown;&#0;', 'a < b <c> A©&unknown;\ufffd'],
    ['<p>a<p>b<ul><li>c<li>d</ul>e', '<p>a</p><p>b</p><ul><li>c</li><li>d</li></ul>e'],
    [
      '<table><tr><td colspan=2 onclick=x>a<td align=right>b<tr><td>c</table>d',
      '<table><tr><td colspan="2">a</td><td class="align-right">b</td></tr><tr><td>c</td></tr></table>d',
    ],
    ['<b><i>a</b>c</i>d', '<b><i>a</i></b>cd'],
    ['<a href="javascript:alert(1)//"', ''],
    ['<center>a</center>', '<div class="align-center">a</div>'],
  ])('%s', (text, shown) => {
    expect(html(text)).toBe(shown);
  });

  test('cannot leave the Markdown element around it', () => {
    expect(markdown('- a </li></ul></div> b\n- c')).toBe('<ul><li>a  b</li><li>c</li></ul>');
  });

  test('has known tags and attributes only, whatever the text is', () => {
    const pieces = [
      '<',
      '>',
      '/',
      '"',
      "'",
      '=',
      '&',
      'script',
      'svg',
      'a',
      ' href',
      ' src',
      'javascript:',
      ' on',
      'x',
      '\n',
      '*',
      '`',
      '[',
      '](',
      ')',
      '!',
      '|',
      '-',
      '# ',
      '<b',
      '<img ',
      '<!--',
      '-->',
      '<td>',
      '</',
    ];
    const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((list) => list.join(''));
    const check = (contents: readonly Content[]): void => {
      for (const content of contents) {
        if (typeof content === 'string') continue;
        expect(content.tag).not.toMatch(/^(?:script|svg|style|iframe|form|object|base|meta|link)$/);
        for (const [name, value] of Object.entries(content.attributes)) {
          expect(name).not.toMatch(/^(?:on|id$|name$|style$|srcset$|srcdoc$)/);
          if (name === 'href' || name === 'src')
            expect(value).toMatch(/^(?:https?:|mailto:|#$|data:image\/)/);
        }
        check(content.children);
      }
    };
    fc.assert(
      fc.property(texts, (text) => {
        check(markdownDocument(text, resolver, never).contents);
        check(htmlDocument(text, resolver).contents);
      }),
      { numRuns: 200 },
    );
  });
});

describe('documents that are made to be slow', () => {
  const length = 64 * 1024;
  test.each(['[', '*a_', '__a', 'a_b*c', '<?', '<![CDATA[', '<a b="', '<div>', '</script', '`a', '<p>'])(
    '%j again and again',
    (piece) => {
      const started = performance.now();
      markdownDocument(piece.repeat(length / piece.length), resolver, never);
      htmlDocument(piece.repeat(length / piece.length), resolver);
      // Without the limits of the parser, each takes minutes or grows with the square.
      expect(performance.now() - started).toBeLessThan(20_000);
    },
  );

  test('refuses quotes in quotes in quotes', () => {
    expect(() => markdownDocument('> '.repeat(1_000), resolver, never)).toThrow(RangeError);
    expect(() => markdownDocument('- '.repeat(1_000), resolver, never)).toThrow(RangeError);
  });

  test('keeps the rest as text when the time is up', () => {
    const text = Array.from({ length: 3_000 }, (_, index) => `# Part ${index}\n\n*a*\n`).join('\n');
    let asked = 0;
    const { contents } = markdownDocument(text, resolver, () => (asked += 1) > 2);
    expect(shownParts(contents)).toContain('*a*');
    expect(shownParts(contents)).toContain('Part 2999');
  });

  test('stops within a section: the time for nested quotes doubles with each level', () => {
    const quotes = Array.from({ length: 32 }, (_, index) => `${'>'.repeat(31 - index)}a${index}`).join('\n');
    let asked = 0;
    const { contents } = markdownDocument(quotes, resolver, () => (asked += 1) > 1_000);
    expect(shownParts(contents)).toContain('a31');
  });

  test('end tags with other characters than letters close nothing', () => {
    expect(html('<b>x</b(>y</b|.*>z</b>')).toBe('<b>xyz</b>');
  });

  test('has at most so many elements', () => {
    const made = htmlDocument('<b>a</b>'.repeat(1_000), resolver, 100);
    expect([made.count, made.isCut, made.contents.length]).toEqual([100, true, 50]);
  });
});
