import { expect, test } from '@jest/globals';

import { element, elements, escape } from '../../../src/storage/xml.ts';

test.each([
  ['<Key>a.txt</Key>', 'a.txt'],
  ['<A>1</A><Key></Key>', ''],
  ['<Key>first</Key><Key>second</Key>', 'first'],
  ['<Key><b>not text</b></Key><Key>text</Key>', 'text'],
  ['<Key>open <Key>inner</Key>', 'inner'],
  ['<Key>open', undefined],
  ['<Key lang="en">with attribute</Key>', undefined],
  ['<ETag>&quot;0f&quot;</ETag>', undefined],
])('reads the text of the first element: %j', (xml, text) => {
  expect(element(xml, 'Key')).toBe(text);
});

test.each([
  ['&quot;0f&quot;', '"0f"'],
  ['&#34;0f&#34;', '"0f"'],
  ['&#x22;0f&#X22;', '"0f"'],
  ['&amp;quot;', '&quot;'],
  ['&amp;#34;&quot;', '&#34;"'],
  ['&amp;amp;', '&amp;'],
  ['&lt;a&gt; &apos;b&apos;', "<a> 'b'"],
  ['&unknown; & &#1114112;', '&unknown; & &#1114112;'],
  ['&#128512;', '😀'],
])('replaces references once: %s', (written, text) => {
  expect(element(`<Key>${written}</Key>`, 'Key')).toBe(text);
});

test('reads many unfinished elements in linear time', () => {
  const xml = '<Key>'.repeat(200_000);
  expect(element(xml, 'Key')).toBeUndefined();
  expect([...elements(xml, 'Key')]).toEqual([]);
});

test('escapes what a parser would change', () => {
  expect(escape('a&b<c>\r\n')).toBe('a&amp;b&lt;c&gt;&#13;\n');
});
