/** A subject of an in-toto statement (in-toto attestation framework, v1, "ResourceDescriptor"). */
export interface Subject {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

/**
 * The subjects that `actions/attest` reads from the file of its input `subject-checksums`, as in `getSubjectFromChecksums` of its release
 * v4.2.2 (`src/subject.ts`): the digest ends at the first space, and one more space or asterisk may precede the name.
 * @throws for a file that the action rejects
 */
export function attestSubjects(checksums: string): Subject[] {
  if (Buffer.byteLength(checksums) > 512 * 1024) throw new Error('The checksums file is too large');
  const subjects: Subject[] = [];
  for (const record of checksums.split(/\r?\n/).filter(Boolean)) {
    const space = record.indexOf(' ');
    if (space === -1) continue;
    const [sha256, rest] = [record.slice(0, space), record.slice(space + 1)];
    const name = /^[* ]/.test(rest) ? rest.slice(1) : rest;
    if (/[\r\n]/.test(name)) throw new Error(`Invalid subject name: ${name}`);
    if (!/^[0-9a-f]{64}$/i.test(sha256)) throw new Error(`Invalid digest: ${sha256}`);
    if (!subjects.some((one) => one.name === name && one.digest.sha256 === sha256))
      subjects.push({ name, digest: { sha256 } });
  }
  return subjects;
}
