/** Characters of the longest glob. No path is longer, and Minimatch throws for more than 65,536. */
const maxLength = 32_767;

/** Minimatch looks for the end of each `[`, so that many without `]` take quadratic time. */
const maxOpenBrackets = 100;

/** Whether a glob is too long or too complex. No real one is. */
export function isUnreasonable(glob: string): boolean {
  const openBrackets = glob.slice(glob.lastIndexOf(']') + 1).split('[').length - 1;
  return glob.length > maxLength || openBrackets > maxOpenBrackets;
}
