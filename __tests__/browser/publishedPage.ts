import { buckets, region, workspaces } from '../../platform/catalogue.ts';
import type { Platform } from '../../platform/platform.ts';
import { renderIndexPage } from '../../src/links/indexPage.ts';
import type { Links, Publication, PublishedFile } from '../../src/links/manifest.ts';
import { mediaType } from '../../src/files/mediaTypes.ts';
import { type Signer, createSigner, objectPath } from '../../src/storage/signer.ts';
import { requestSession } from '../support/storageSession.ts';

/** An open storage session that uploads objects and signs links. */
export interface PageStore {
  readonly put: (key: string, body: Buffer | Blob, contentType: string) => Promise<void>;
  readonly url: (key: string) => string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Opens a session on the workspace `main` of a platform over plain HTTP. */
export async function openStore(platform: Platform): Promise<PageStore> {
  const { accessKey, secretKey, token } = (await requestSession(platform)).credentials;
  const endpoint = new URL(platform.storageUrl);
  const signedAt = Math.floor(Date.now() / 1000) * 1000;
  const expiresAt = signedAt + platform.terrapi.sessionSeconds * 1000;
  const signer: Signer = createSigner(endpoint, region, {
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    sessionToken: token ?? undefined,
    openedAt: signedAt,
    expiresAt: expiresAt,
  });
  const path = (key: string) => objectPath(endpoint, buckets.outputs, key);
  const presigner = signer.presigner(new Date(signedAt), platform.terrapi.sessionSeconds);
  return {
    expiresAt,
    url: (key) => presigner.url(path(key), presigner.signature(path(key))),
    put: async (key, body, contentType) => {
      const request = { method: 'PUT', path: path(key), headers: { 'content-type': contentType } } as const;
      const headers = signer.sign(request, new Date());
      const answer = await fetch(`${endpoint.origin}${request.path}`, {
        method: 'PUT',
        headers,
        body: body instanceof Blob ? body : new Uint8Array(body),
      });
      if (!answer.ok) throw new Error(`PUT ${key}: ${answer.status} ${await answer.text()}`);
    },
  };
}

/** A file to publish: its name below the destination, and its content. */
export interface Upload {
  readonly name: string;
  readonly content: () => Buffer;
}

/** Uploads files to a folder of the workspace, with their index page. */
export async function publishPage(
  store: PageStore,
  destination: string,
  uploads: readonly Upload[],
  change: (published: Publication) => Publication = (published) => published,
): Promise<string> {
  const base = `ci/${destination}`;
  const waiting = [...uploads];
  const work = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      await store.put(`${base}/${next.name}`, next.content(), mediaType(next.name));
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  const published = change(publishedOf(store, destination, uploads));
  const page = renderIndexPage(published, { madeAt: Date.now() });
  await store.put(`${base}/_links.html`, Buffer.concat([...page]), 'text/html; charset=utf-8');
  return store.url(`${base}/_links.html`);
}

function publishedOf(store: PageStore, destination: string, uploads: readonly Upload[]): Publication {
  const base = `ci/${destination}`;
  const files: PublishedFile[] = uploads
    .map(({ name, content }) => ({
      name,
      key: `${base}/${name}`,
      size: content().length,
      contentType: mediaType(name),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const links: Links = { signedBy: 'session', url: store.url, expiresAt: store.expiresAt };
  return {
    title: destination,
    workspace: workspaces.main,
    destination,
    s3Uri: `s3://${buckets.outputs}/${base}/`,
    fileCount: files.length,
    totalBytes: files.reduce((sum, { size }) => sum + size, 0),
    files: () => files,
    links,
    main: undefined,
  };
}
