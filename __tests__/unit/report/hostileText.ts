import fc from 'fast-check';

/** Texts that may mean something to Markdown, HTML or GitHub. */
export const awkward = [
  'a|b.txt',
  '`code`',
  '<script>alert(1)</script>',
  '<!-- ',
  '[text](http://evil.example)',
  '![image](x)',
  '**bold** _it_ ~~gone~~',
  'back\\slash\\|',
  'new\nline\r\n| x |',
  '&lt;entity&gt; &#124;',
  'https://evil.example',
  'www.evil.example',
  '@octocat',
  'fixes #1',
  'octo/repo#2',
  'a\u202etxt.exe',
  '- list',
  '# title',
  '> quote',
  '$math$',
  ':tada:',
];

/** The text that a browser shows, split at HTML comments. */
export function pieces(markdown: string): string[] {
  return markdown
    .split('<!-- -->')
    .map((piece) => piece.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))));
}

export const name = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom(...awkward));
