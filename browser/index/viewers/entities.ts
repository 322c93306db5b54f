/** Named characters that occur in texts. The name of a Greek letter in the other case is the letter in the other case. */
const named: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'amp&|lt<|gt>|quot"|apos\'|nbsp\u00a0|copy©|reg®|trade™|hellip…|mdash—|ndash–|lsquo‘|rsquo’|ldquo“|rdquo”|laquo«|raquo»|' +
    'bull•|middot·|deg°|plusmn±|times×|divide÷|micro\u00b5|para¶|sect§|euro€|pound£|yen¥|cent¢|larr←|uarr↑|rarr→|darr↓|harr↔|' +
    'le≤|ge≥|ne≠|asymp≈|infin∞|sum∑|minus−|radic√|check✓|frac12½|frac14¼|sup2²|sup3³|ensp\u2002|emsp\u2003|thinsp\u2009|' +
    'zwj\u200d|zwnj\u200c|shy\u00ad|auml\u00e4|ouml\u00f6|uuml\u00fc|Auml\u00c4|Ouml\u00d6|Uuml\u00dc|szlig\u00df|eacute\u00e9|' +
    'egrave\u00e8|agrave\u00e0|ccedil\u00e7|alphaα|betaβ|gammaγ|deltaδ|lambdaλ|muμ|piπ|sigmaσ|omegaω|DeltaΔ|SigmaΣ|OmegaΩ'
  )
    .split('|')
    .map((entry) => {
      const length = Array.from(entry).length;
      return [
        Array.from(entry)
          .slice(0, length - 1)
          .join(''),
        Array.from(entry)[length - 1] ?? '',
      ];
    }),
);

/** Replaces character references: `&amp;` is `&`. Unknown ones stay. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w{1,12}));/g, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return Object.hasOwn(named, name) ? (named[name] ?? whole) : whole;
    const code = typeof decimal === 'string' ? Number(decimal) : parseInt(String(hex), 16);
    const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : '\ufffd';
  });
}
