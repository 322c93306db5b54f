import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle } from '@sigstore/sign';
import { Verifier, toSignedEntity } from '@sigstore/verify';

import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { run } from '../../../src/commands/upload.ts';
import { formatChecksums } from '../../../src/files/checksums.ts';
import { type Subject, attestSubjects } from '../../support/attestSubjects.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { runCommand } from './plainHost.ts';
import { type Sigstore, oidcIssuer, startSigstore } from './sigstore.ts';

const workflow = 'https://github.com/acme/atlas/.github/workflows/release.yml@refs/tags/v1.2.3';
const names = ['atlas.tar.gz', 'données/été 1.txt', '*star', ' leading space', '#comment'];

/** The files as readers get them: by their links. */
const published = new Map<string, Buffer>();
let platform: Platform;
let folder: TemporaryFolder;
let sigstore: Sigstore;
let subjects: Subject[];
let bundle: Bundle;

beforeAll(async () => {
  [platform, sigstore] = await Promise.all([startEmbeddedPlatform(), startSigstore()]);
  folder = temporaryFolder();
  folder.files(...names.map((name) => `dist/${name}`));
  const { outputs } = await runCommand(run, platform, folder.path, {
    path: folder.at('dist'),
    destination: 'attested',
    checksums: 'true',
  });
  for (const [name, url] of Object.entries(JSON.parse(String(outputs['urls'])) as Record<string, string>))
    published.set(name, Buffer.from(await (await fetch(url)).arrayBuffer()));
  subjects = attestSubjects(readFileSync(String(outputs['checksums-file']), 'utf8'));
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects,
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {},
  };
  bundle = await sigstore.attest(statement, workflow);
});

afterAll(async () => {
  folder[Symbol.dispose]();
  await Promise.all([platform.stop(), sigstore[Symbol.asyncDispose]()]);
});

/**
 * Verifies a file offline as `gh attestation verify FILE --bundle … --custom-trusted-root …` does: the signature, its entry in the log and its
 * timestamp, the workflow that signed, and the digest of the file among the subjects.
 */
function verify(content: Buffer, signed: Bundle, signer = workflow): void {
  new Verifier(sigstore.trust, { timestampThreshold: 2 }).verify(toSignedEntity(signed), {
    subjectAlternativeName: signer,
    extensions: { issuer: oidcIssuer },
  });
  const { subject } = JSON.parse(payloadOf(signed).toString()) as { subject: Subject[] };
  const sum = hash('sha256', content);
  if (!subject.some(({ digest }) => digest.sha256 === sum)) throw new Error('no subject has this digest');
}

function payloadOf({ content }: Bundle): Buffer {
  if (content.$case !== 'dsseEnvelope') throw new Error('no DSSE envelope');
  return content.dsseEnvelope.payload;
}

function withPayload(signed: Bundle, payload: Buffer): Bundle {
  const { content } = signed;
  if (content.$case !== 'dsseEnvelope') throw new Error('no DSSE envelope');
  return { ...signed, content: { ...content, dsseEnvelope: { ...content.dsseEnvelope, payload } } };
}

test('every published file is a subject of the attestation, and verifies offline', () => {
  expect(subjects.map(({ name }) => name)).toEqual([...names].sort());
  expect([...published.keys()].sort()).toEqual([...names].sort());
  for (const [name, content] of published) {
    expect(subjects.find((one) => one.name === name)?.digest.sha256).toBe(hash('sha256', content));
    expect(() => verify(content, bundle)).not.toThrow();
  }
});

describe('it does not verify', () => {
  const first = () => published.get('atlas.tar.gz') ?? Buffer.alloc(0);

  test('an altered file', () => {
    const altered = Buffer.from(first());
    altered.writeUInt8(altered.readUInt8(0) ^ 1, 0);
    expect(() => verify(altered, bundle)).toThrow('no subject has this digest');
  });

  test('an altered statement', () => {
    const other = Buffer.from('other content');
    const text = payloadOf(bundle).toString().replace(hash('sha256', first()), hash('sha256', other));
    expect(() => verify(other, withPayload(bundle, Buffer.from(text)))).toThrow(/signature|payload|digest/i);
    expect(() => verify(first(), withPayload(bundle, Buffer.from(`${text} `)))).toThrow();
  });

  test('a statement that another workflow signed', async () => {
    const evil = await sigstore.attest({ subject: subjects }, workflow.replace('acme', 'mallory'));
    expect(() => verify(first(), evil)).toThrow(/certificate identity/);
  });

  test('a statement of another Sigstore', async () => {
    await using other = await startSigstore();
    const forged = await other.attest({ subject: subjects }, workflow);
    expect(() => verify(first(), forged)).toThrow();
  });
});

test('actions/attest rejects a name with a backslash or a line break, instead of attesting it under another name', () => {
  for (const name of ['back\\slash', 'new\nline', 'carriage\rreturn'])
    expect(() => attestSubjects(formatChecksums(new Map([[name, hash('sha256', name)]])))).toThrow(
      'Invalid digest: \\',
    );
});
