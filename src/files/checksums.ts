/** The name of the generated object with the checksums. */
export const checksumsName = 'SHA256SUMS';

/**
 * Formats checksums for `sha256sum -c` (GNU coreutils). If a name has a backslash or a line break, it is escaped, and its line starts with a
 * backslash.
 * @param sums SHA-256 in hex, by file name
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
