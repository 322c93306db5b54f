import { describe, expect, test } from '@jest/globals';

import { credentials, open, point, refusal } from './localWorkspace.ts';

describe('a workspace that cannot be used is reported with its state', () => {
  test.each<[string, object, string, string?]>([
    ['stored elsewhere', { storageType: 'ftp' }, "stored on 'ftp'", 'workspace-not-s3'],
    [
      'stored elsewhere by its properties',
      { storageType: null, properties: { storage_type: ['local'] } },
      "'local'",
      'workspace-not-s3',
    ],
    ['not initialized', { initialized: false }, 'not initialized'],
    [
      'in an error',
      { status: { statusCode: 'ERROR', message: 'disk\n::error::x' } },
      'status ERROR: disk\\u000a',
    ],
    [
      'both not initialized and in an error',
      { initialized: false, status: { statusCode: 'ERROR', message: 'its bucket was deleted' } },
      'not initialized, and not usable: status ERROR: its bucket was deleted',
    ],
    [
      'in a state without a message',
      { status: { statusCode: 'FORBIDDEN', message: null } },
      'status FORBIDDEN',
    ],
  ])('%s', async (_, state, said, code = 'workspace-not-ready') => {
    const error = await refusal({
      token: () => ({ body: { storage: { ...point, ...state }, credentials: credentials() } }),
    });
    expect(error.code).toBe(code);
    expect(error.message).toContain("Workspace 'gep-w'");
    expect(error.message).toContain(said);
    expect(error.hint).toBeTruthy();
  });

  test.each([
    [{ initialized: null }],
    [{ initialized: true }],
    [{ initialized: undefined, status: null, storageType: 'S3' }],
  ])('but a usable one is opened: %j', async (state) => {
    await using place = await open({
      token: () => ({ body: { storage: { ...point, ...state }, credentials: credentials() } }),
    });
    expect((await place.opening).location.bucket).toBe('gep-processing-results');
  });

  test('if the platform opens no session for it', async () => {
    const error = await refusal({
      token: () => ({ status: 404 }),
      paths: { 'workspaces/gep-w': { body: { ...point, initialized: false } } },
    });
    expect(error.message).toBe("Workspace 'gep-w' is not initialized yet");
  });

  test('if the platform opens no session for a shared folder', async () => {
    const error = await refusal({
      token: () => ({ status: 403 }),
      paths: {
        'sharedfolders/gep-w': { body: { ...point, status: { statusCode: 'ERROR', message: 'gone' } } },
      },
    });
    expect(error.message).toContain('status ERROR: gone');
  });
});

test.each([{ accessKey: 'a\nb' }, { token: 'a b' }, { token: 'a\u0000' }, { token: 'ü' }])(
  'a session with characters that a header cannot contain is an error: %j',
  async (odd) => {
    const more = 'token' in odd ? { ...odd, expiration: '2026-03-01T12:15:00Z' } : odd;
    const error = await refusal({
      token: () => ({ body: { storage: point, credentials: credentials(1, more) } }),
    });
    expect([error.code, error.message]).toEqual([
      'storage-session',
      'The platform opened a storage session whose key or token has characters that a header cannot contain',
    ]);
  },
);

describe('the error for an unknown name', () => {
  const lists = {
    workspaces: { body: [{ name: 'charter-x' }, { name: 'GEP-W2' }, { name: 'gep-\n::error::y' }] },
    sharedfolders: { body: [{ name: 'gep-wx' }] },
  };

  test('lists the existing names, nearest first, and the requested platforms', async () => {
    const error = await refusal({ token: () => ({ status: 404 }), paths: lists });
    expect(error.message).toBe(
      "There is no workspace 'gep-w' for this client app (requested platforms: gep)",
    );
    expect(error.details[0]).toBe('- GEP-W2');
    expect(error.details[1]).toBe('- gep-wx');
    expect(error.details).toHaveLength(4);
    expect(error.details.join()).not.toContain('\n');
    expect(error.hint).toContain("'platforms'");
  });

  test('suggests the whole name for a shortened one', async () => {
    const names = ['gep-shared-atlas', 'gep-build-outputs-service-workspace'].map((name) => ({ name }));
    const error = await refusal({
      token: () => ({ status: 404 }),
      paths: { workspaces: { body: names }, sharedfolders: { body: [] } },
      name: 'gep-biuld-outputs',
    });
    expect(error.details[0]).toBe('- gep-build-outputs-service-workspace');
  });

  test('says that no platforms were requested and that there are no workspaces', async () => {
    const error = await refusal({
      token: () => ({ status: 403 }),
      paths: { workspaces: { body: [] }, sharedfolders: { status: 403 } },
      platforms: [],
    });
    expect(error.message).toContain('has no workspaces (requested platforms: none)');
    expect(error.hint).toContain("'platforms'");
  });

  test.each([
    ['in a list', { workspaces: { body: [{ name: 'gep-w' }] }, sharedfolders: { body: [] } }],
    [
      'by itself',
      { workspaces: { body: [] }, sharedfolders: { body: [] }, 'workspaces/gep-w': { body: point } },
    ],
  ])('says that the workspace exists but is not accessible: %s', async (_, paths) => {
    const error = await refusal({ token: () => ({ status: 403 }), paths });
    expect(error.message).toBe("Workspace 'gep-w' exists, but this client app may not write to it (403)");
    expect(error.hint).toContain('owner');
  });

  test.each([
    ['a page instead of a session', { body: '<html>' }, 'unexpected content', 'terrapi-address'],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://x.example' } },
      'a redirect',
      'terrapi-address',
    ],
    ['a token refused', { status: 401 }, 'with 401', 'terrapi-denied'],
  ])('does not appear for %s', async (_, answer, said, code) => {
    const error = await refusal({
      token: () => answer,
      paths: { workspaces: { body: [{ name: 'gep-w' }] }, sharedfolders: { body: [] } },
    });
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });
});
