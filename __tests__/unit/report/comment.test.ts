import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { Publication } from '../../../src/links/manifest.ts';
import {
  type CommentText,
  failureComment,
  publicationComment,
  removalComment,
} from '../../../src/report/comment.ts';
import { commentMarker } from '../../../src/report/markers.ts';
import { markdownText } from '../../../src/report/markdown.ts';

const now = Date.parse('2026-11-23T12:00:00Z');
const url = 'https://host.example/runs/1';
const run: CommentText['run'] = {
  url,
  label: undefined,
  workflow: 'Pages',
  commit: 'c0ffee1234',
  commitUrl: (commit) => `https://host.example/commits/${commit}`,
  pull: 7,
  origin: undefined,
  isPublic: undefined,
  isForFork: false,
};
const text: CommentText = {
  key: 'w/d',
  headline: 'Uploaded 2 files',
  run,
  now,
  limit: 65_536,
  built: true,
  hasTitle: false,
  commitUrl: run.commitUrl,
  showLinks: true,
  dryRun: false,
};
const index = { name: 'all files', url: 'https://s3.example/_links.html?X-Amz-Signature=1' };

function publication(total: number, more: Partial<Publication> = {}): Publication {
  return {
    title: 'Pages: d',
    workspace: 'w',
    destination: 'd',
    s3Uri: 's3://bucket/d/',
    fileCount: total,
    totalBytes: total * 1_024,
    files: function* () {
      for (let number = 0; number < total; number += 1)
        yield { name: `${number}.txt`, key: `d/${number}.txt`, size: 1_024, contentType: 'text/plain' };
    },
    links: {
      signedBy: 'platform',
      url: (key) => `https://s3.example/${key}`,
      expiresAt: now + 7 * 86_400_000,
    },
    main: { name: 'preview', url: 'https://s3.example/_preview.html?X-Amz-Signature=1' },
    index,
    ...more,
  };
}

const rows = (comment: string) => comment.match(/^\| \[/gm)?.length ?? 0;

describe('the comment about a publication', () => {
  test('has title, links, totals, expiry as a date, files, commit and run', () => {
    expect(publicationComment(publication(1), text, undefined)).toBe(
      `${commentMarker('w/d')}
<!-- commit: c0ffee1234 -->
<!-- title: Pages%3A%20d -->
<!-- expires: 2026-11-30T12:00:00.000Z -->

### Pages&#58; d

**Published.** The links expire on **2026-11-30 12:00:00 UTC**. For new links, run this job or the \`links\` action.

**[Open preview](<https://s3.example/_preview.html?X-Amz-Signature=1>)** · **[All files](<${index.url}>)**

Uploaded 2 files. Total: 1 file, 1.0 KiB in s3&#58;//bucket/d/

| File | Size | Type |
| --- | --- | --- |
| [0.txt](<https://s3.example/d/0.txt>) | 1.0 KiB | text/plain |

<sub>Commit [c0ffee1](https://host.example/commits/c0ffee1234), written 2026-11-23 12:00:00 UTC by [this run](${url})</sub>`,
    );
  });

  test('never shows the name of the page with all files', () => {
    const comment = publicationComment(publication(2, { main: index }), text, undefined);
    expect(comment.replace(/\(<[^>]*>\)/g, '')).not.toMatch(/_links|&#95;links|all files/);
    expect(comment).toContain('**[All files]');
  });

  test('has a table that is collapsed beyond 10 files', () => {
    expect(publicationComment(publication(10), text, undefined)).not.toContain('<details>');
    expect(publicationComment(publication(11), text, undefined)).toContain(
      '<details>\n<summary>11 files</summary>\n\n| File ',
    );
  });

  test('has at most 50 rows, then the number of other files and the link to all', () => {
    const comment = publicationComment(publication(50), text, undefined);
    expect([rows(comment), comment.includes('more:')]).toEqual([50, false]);
    const long = publicationComment(publication(1_062), text, undefined);
    expect(rows(long)).toBe(50);
    expect(long).toContain(`… and 1,012 more: see [All files](<${index.url}>).`);
  });

  test('is never longer than its limit', () => {
    for (const limit of [3_000, 5_000, 65_536])
      expect(publicationComment(publication(900), { ...text, limit }, undefined).length).toBeLessThanOrEqual(
        limit,
      );
  });

  test('has no link with mask-links', () => {
    const comment = publicationComment(publication(60), { ...text, showLinks: false }, undefined);
    expect(comment).not.toContain('s3.example');
  });

  test('keeps title and commit if a step only makes new links', () => {
    const before = publicationComment(publication(2, { title: 'Docs <b> --> @x' }), text, undefined);
    const renewed = { ...text, built: false, run: { ...run, commit: 'beef' } };
    const comment = publicationComment(publication(2), renewed, before);
    expect(comment).toContain(`### ${markdownText('Docs <b> --> @x')}\n`);
    expect(comment).toContain('[c0ffee1]');
    const titled = publicationComment(publication(2), { ...renewed, hasTitle: true }, before);
    expect(titled).toContain('### Pages&#58; d\n');
  });

  test('gets the new title if the files are uploaded again', () => {
    const before = publicationComment(publication(2, { title: 'Old' }), text, undefined);
    expect(publicationComment(publication(2), text, before)).toContain('### Pages&#58; d\n');
  });

  test('reads back every title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), (title) => {
        const before = publicationComment(publication(1, { title }), text, undefined);
        const comment = publicationComment(publication(1), { ...text, built: false }, before);
        expect(comment).toContain(`\n### ${markdownText(title.toWellFormed())}\n`);
      }),
    );
  });

  test('ignores a title marker that somebody has broken', () => {
    const before = `${commentMarker('w/d')}\n<!-- title: %E0%A4%A -->\n`;
    expect(publicationComment(publication(1), { ...text, built: false }, before)).toContain(
      '### Pages&#58; d\n',
    );
  });
});

describe('the comment about a removal', () => {
  const removal = { ...text, title: 'Cleanup: d', headline: 'Removed 2 files', s3Uri: 's3://bucket/d/' };

  test('keeps title and commit, and has no link but to commit and run', () => {
    const before = publicationComment(publication(2), text, undefined);
    const comment = removalComment(removal, before);
    expect(comment).toContain(
      '### Pages&#58; d\n\n<!-- removed -->\n**Removed 2 files.** Nothing is left in s3&#58;//bucket/d/',
    );
    expect(comment).toContain('[c0ffee1]');
    expect(comment).not.toContain('s3.example');
    expect(removalComment(removal, undefined)).toContain('### Cleanup&#58; d\n');
    expect(removalComment({ ...removal, hasTitle: true }, before)).toContain('### Cleanup&#58; d\n');
  });
});

describe('the comment about a failed run', () => {
  const failed = { ...text, step: 'upload', isCancelled: false, title: 'Pages: d' } as const;
  const later = { ...failed, run: { ...run, commit: 'badc0de9', url: `${url}/later` } };
  const published = publicationComment(publication(2), text, undefined);
  const contentOf = (comment: string) => comment.slice(comment.indexOf('**Published.**'));

  test('says so first, with commit and log, and keeps the earlier upload below', () => {
    const comment = failureComment(later, published);
    expect(comment).toContain(`### Pages&#58; d

<!-- failed -->
**Failed at [badc0de](https://host.example/commits/badc0de9)** on 2026-11-23 12:00:00 UTC ([log](${url}/later)). The previous upload is below.

**Published.** The links expire on`);
    expect(contentOf(comment)).toBe(contentOf(published));
    // Later steps need the commit of the upload, not of the failed run.
    expect(comment).toContain('<!-- commit: c0ffee1234 -->');
  });

  test('says that the earlier links have expired', () => {
    const comment = failureComment({ ...later, now: now + 8 * 86_400_000 }, published);
    expect(comment).toContain(
      'The previous upload is below. Its links expired on 2026-11-30 12:00:00 UTC.\n',
    );
  });

  test('says only that it failed if nothing was uploaded before', () => {
    const alone = failureComment(failed, undefined);
    expect(alone.split('\n\n').slice(1)).toEqual([
      '### Pages&#58; d',
      `<!-- failed -->\n**Failed at [c0ffee1](https://host.example/commits/c0ffee1234)** on 2026-11-23 12:00:00 UTC ([log](${url})).`,
    ]);
    expect(failureComment(failed, alone)).toBe(alone);
    const removed = removalComment({ ...failed, headline: 'Removed 2 files', s3Uri: 's3://b/' }, published);
    expect(failureComment(failed, removed)).toMatch(/\)\)\.\n\n<!-- removed -->\n\*\*Removed 2 files\.\*\* /);
  });

  test('names the newest failure only, and a person may have edited the comment with other line breaks', () => {
    const twice = failureComment(later, failureComment(failed, published).replaceAll('\n', '\r\n'));
    expect(twice).toBe(failureComment(later, published));
  });

  test('disappears with the next upload, but stays with new links', () => {
    const comment = failureComment(later, published);
    expect(publicationComment(publication(2), text, comment)).toBe(published);
    const renewed = publicationComment(publication(2), { ...text, built: false }, comment);
    expect(renewed).toContain('**Failed at [badc0de]');
    const expired = failureComment({ ...later, now: now + 8 * 86_400_000 }, published);
    const after = publicationComment(publication(2), { ...text, built: false }, expired);
    expect(after).toContain('The previous upload is below.\n');
    expect(renewed).toContain('[c0ffee1]');
  });

  test.each([true, false])('disappears with new links if it is about links; cancelled: %s', (isCancelled) => {
    const comment = failureComment({ ...later, step: 'links', isCancelled }, published);
    const renewed = publicationComment(publication(2), { ...text, built: false }, comment);
    expect(renewed).toBe(published);
  });

  test('stays with new links if it is about a removal', () => {
    const comment = failureComment({ ...later, step: 'removal' }, published);
    const renewed = publicationComment(publication(2), { ...text, built: false }, comment);
    expect(renewed).toContain('**Removal: failed** on');
  });

  test('keeps the commit of a comment whose heading a person has changed', () => {
    const edited = published.replace('### Pages&#58; d', 'Our pages');
    expect(failureComment(later, edited)).toContain('<!-- commit: c0ffee1234 -->');
  });

  test('keeps a comment of version 1.0.0, which has no state', () => {
    const old = `${commentMarker('w/d')}\n<!-- title: Old -->\n\n### Old\n\n**[All files](<x>)**\n\n<sub>Written</sub>`;
    expect(failureComment(failed, old)).toMatch(
      /### Pages&#58; d\n\n<!-- failed -->\n.* The previous upload is below\.\n\n\*\*\[All files\]\(<x>\)\*\*\n\n<sub>Written<\/sub>$/,
    );
  });

  test('fits below the longest comment about a publication', () => {
    const limit = 5_000;
    const long = publicationComment(publication(900), { ...text, limit }, undefined);
    const comment = failureComment({ ...later, limit }, long);
    expect(comment.length).toBeLessThanOrEqual(limit);
    expect(contentOf(comment)).toBe(contentOf(long));
    expect(failureComment({ ...later, limit: 400 }, long)).not.toContain('Published');
  });

  test('keeps the links without the table if both do not fit', () => {
    const limit = 5_000;
    const long = publicationComment(publication(900), { ...text, limit }, undefined);
    const comment = failureComment({ ...later, title: 'T'.repeat(1_500), hasTitle: true, limit }, long);
    expect(comment.length).toBeLessThanOrEqual(limit);
    expect(comment).toContain('**Published.**');
    expect(comment).not.toContain('<details>');
  });

  test('names the step that does not upload, and a cancelled run', () => {
    expect(failureComment({ ...later, step: 'links' }, published)).toContain('**New links: failed** on');
    expect(failureComment({ ...later, step: 'removal' }, published)).toContain('**Removal: failed** on');
    expect(failureComment({ ...later, isCancelled: true }, published)).toContain('**Cancelled at [badc0de]');
  });
});
