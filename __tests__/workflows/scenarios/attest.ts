import { hash } from 'node:crypto';

import { expect } from '@jest/globals';

import { buckets } from '../../../platform/catalogue.ts';
import { type Subject, attestSubjects } from '../../support/attestSubjects.ts';
import { linkIn, open, type Scenario } from '../examples.ts';
import { release } from './events.ts';

const folder = 'releases/v1.2.3';

export const attestScenario: Scenario = {
  name: 'a release with an attestation: of what SHA256SUMS lists, and published with the files',
  before: (github) =>
    void github.releases.push({ id: 3, tag: 'v1.2.3', body: 'New', draft: false, immutable: true }),
  runs: [
    {
      file: 'attest.yml',
      on: 'release',
      payload: release('v1.2.3'),
      then: async ({ run, github, stored, platform }) => {
        expect(run.annotations.filter(({ level }) => level !== 'notice')).toEqual([]);
        expect((await stored()).sort()).toEqual(
          [
            'SHA256SUMS',
            'atlas-1.2.3-py3-none-any.whl',
            'atlas-1.2.3.tar.gz',
            'attestation.sigstore.json',
          ].map((name) => `${folder}/${name}`),
        );
        const notes = github.releases.find(({ tag }) => tag === 'v1.2.3')?.body ?? '';
        const bundle = JSON.parse(await open(linkIn(notes, 'attestation.sigstore.json'))) as {
          dsseEnvelope: { payload: string };
        };
        const statement = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString();
        const { subject } = JSON.parse(statement) as { subject: Subject[] };
        const sums = await platform.store.get(buckets.outputs, `ci/${folder}/SHA256SUMS`);
        expect(subject).toEqual(attestSubjects(sums.body.toString()));
        expect(subject.map(({ name }) => name)).toEqual([
          'atlas-1.2.3-py3-none-any.whl',
          'atlas-1.2.3.tar.gz',
        ]);
        for (const { name, digest } of subject) {
          const object = await platform.store.get(buckets.outputs, `ci/${folder}/${name}`);
          expect(digest.sha256).toBe(hash('sha256', object.body));
          // The links action takes the digests from SHA256SUMS.
          expect(notes).toContain(digest.sha256);
        }
      },
    },
  ],
};
