/** The name under which checksums are stored. */
export const checksumsName = 'SHA256SUMS';

/**
 * A list of checksums as `sha256sum -c` (GNU coreutils) reads it: a name with a backslash or a line break is escaped, and its line begins
 * with a backslash.
 * @param sums SHA-256 in hex by file name
 */
export function formatChecksums(sums: ReadonlyMap<string, string>): string {
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, sum]) => {
      const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
      return `${escaped === name ? '' : '\\'}${sum}  ${escaped}\n`;
    })
    .join('');
}
