/** File names that break uploaders: for URLs, signatures, shells, Unicode and deep folders. */
const portable = [
  'plain.txt',
  'with space.txt',
  'a+b.txt',
  '100%.txt',
  'already%2Fencoded.txt',
  '%41.txt',
  'number#1.txt',
  'tom&jerry.txt',
  "it's.txt",
  'semi;colon,comma.txt',
  'equal=sign@at.txt',
  '(parens)[brackets]{braces}.txt',
  'tilde~caret^backtick`.txt',
  '!bang$dollar.txt',
  'é-composed.txt',
  'e\u0301-decomposed.txt',
  'ÄÖÜß.html',
  '🚀 launch.json',
  '日本語/ファイル.txt',
  'a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/deep.txt',
  `${'n'.repeat(196)}.txt`,
  `${'長'.repeat(60)}.txt`,
  'index.html',
  'no-extension',
  'two.dots.tar.gz',
  '-leading-dash.txt',
  '__init__.py',
];

/** Allowed on Linux and macOS, not on Windows. */
const unixOnly = [
  'what?.txt',
  'c:drive.txt',
  'say "hi".txt',
  'back\\slash.txt',
  'a|b<c>d*.txt',
  'trailing space ',
  'trailing.dot.',
];

export const awkwardNames: readonly string[] = [
  ...portable.filter((name) => process.platform !== 'darwin' || !name.includes('decomposed')),
  ...(process.platform === 'win32' ? [] : unixOnly),
];
