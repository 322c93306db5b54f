import { expect } from '@jest/globals';

import type { Github } from '../../../platform/github/github.ts';
import { linkIn, open, type ExampleRun, type Scenario } from '../examples.ts';
import { dispatch, nothing, release } from './events.ts';

const before = '## What is new\r\n\r\n* A map of the world by @octocat in #12\r\n';

function notesOf({ releases }: Github, wanted: string): string {
  return releases.find(({ tag }) => tag === wanted)?.body ?? '';
}

function sums(notes: string): string[] {
  return notes.match(/`[0-9a-f]{64}`/g) ?? [];
}

/** The notes after the first run, and links, oldest first. */
const first = { notes: '', bytes: 0 };
const links: string[] = [];

const renewal = (example: Pick<ExampleRun, 'on' | 'payload'>): ExampleRun => ({
  file: 'renew-release.yml',
  ...example,
  then: async ({ github }) => {
    const notes = notesOf(github, 'v1.2.3');
    const link = linkIn(notes, 'atlas-1.2.3.tar.gz');
    expect(notes.startsWith(`${before}\r\n<!-- `)).toBe(true);
    expect(notes.match(/<!-- upload-to-workspace begin: /g)).toHaveLength(1);
    expect(sums(notes)).toEqual(sums(first.notes));
    expect(links).not.toContain(link);
    expect(await open(link)).toHaveLength(first.bytes);
    links.push(link);
  },
});

export const releaseScenario: Scenario = {
  name: 'a release: a table in its notes, with links renewed on schedule and by a button',
  before: (github) =>
    void github.releases.push(
      { id: 2, tag: 'v1.2.2', body: 'An older one', draft: false, immutable: false },
      { id: 3, tag: 'v1.2.3', body: before, draft: false, immutable: true },
      { id: 4, tag: 'v1.3.0', body: 'Not yet', draft: true, immutable: false },
    ),
  runs: [
    {
      file: 'release.yml',
      on: 'release',
      payload: release('v1.2.3'),
      then: async ({ github, stored }) => {
        first.notes = notesOf(github, 'v1.2.3');
        expect(first.notes.startsWith(`${before}\r\n<!-- `)).toBe(true);
        expect(sums(first.notes)).toHaveLength(2);
        const link = linkIn(first.notes, 'atlas-1.2.3.tar.gz');
        first.bytes = (await open(link)).length;
        links.push(link);
        expect((await stored()).sort()).toEqual([
          'releases/v1.2.3/SHA256SUMS',
          'releases/v1.2.3/atlas-1.2.3-py3-none-any.whl',
          'releases/v1.2.3/atlas-1.2.3.tar.gz',
        ]);
      },
    },
    renewal({ on: 'schedule', payload: nothing }),
    renewal({ on: 'workflow_dispatch', payload: dispatch({ tag: 'v1.2.3' }) }),
  ],
};
