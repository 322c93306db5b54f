import { createHash, generateKeyPairSync } from 'node:crypto';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

// The package itself replaces Node's HTTP client. Its parts do not.
import { fulcioHandler, initializeCA, initializeCTLog } from '@sigstore/mock/dist/fulcio/index.js';
import { initializeTLog, rekorHandler } from '@sigstore/mock/dist/rekor/index.js';
import { initializeTSA, tsaHandler } from '@sigstore/mock/dist/timestamp/index.js';
import { type Bundle, DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness } from '@sigstore/sign';
import { type TrustMaterial, toTrustMaterial } from '@sigstore/verify';

type TrustedRoot = Parameters<typeof toTrustMaterial>[0];
type Log = TrustedRoot['tlogs'][number];
type Authority = TrustedRoot['certificateAuthorities'][number];

/** Fulcio, Rekor and a timestamp authority on loopback. */
export interface Sigstore extends AsyncDisposable {
  /** Signs an in-toto statement as `actions/attest` does. @param workflow URL of the workflow, the identity in the certificate */
  readonly attest: (statement: object, workflow: string) => Promise<Bundle>;
  /** What a verifier without network has to know, as `gh attestation trusted-root` gives it. */
  readonly trust: TrustMaterial;
}

/** Claim of the identity token that becomes the identity in the certificate. */
const subjectClaim = 'job_workflow_url';
/** The name of the logs. A checkpoint contains its host. */
const logUrl = 'https://log.example';
export const oidcIssuer = 'https://token.actions.githubusercontent.com';

export async function startSigstore(): Promise<Sigstore> {
  const [logKeys, caKeys, entryKeys, timeKeys] = [keyPair(), keyPair(), keyPair(), keyPair()];
  // One time for all, after the root certificates begin. The mock encodes some milliseconds incorrectly, so it has none.
  const clock = new Date((Math.floor(Date.now() / 1000) + 60) * 1000);
  const certificateLog = await initializeCTLog(logKeys, clock);
  const ca = await initializeCA(caKeys, certificateLog, clock);
  const entryLog = await initializeTLog(logUrl, entryKeys, clock);
  const tsa = await initializeTSA(timeKeys, clock);
  const handlers = [fulcioHandler(ca, { subjectClaim }), rekorHandler(entryLog), tsaHandler(tsa)];
  // It keeps idle connections, so that it never closes one that a client on a busy machine is about to reuse.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    const handler = handlers.find(({ path }) => path === request.url);
    void text(request).then(async (body) => {
      const answer = await handler?.fn(body);
      response.writeHead(answer?.statusCode ?? 404, { 'content-type': answer?.contentType ?? 'text/plain' });
      response.end(answer?.response);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    attest: (statement, workflow) => sign(url, statement, workflow),
    trust: toTrustMaterial({
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [log(entryLog.publicKey)],
      ctlogs: [log(certificateLog.publicKey)],
      certificateAuthorities: [authority(ca.rootCertificate)],
      timestampAuthorities: [authority(tsa.intCertificate, tsa.rootCertificate)],
    }),
    [Symbol.asyncDispose]: () => stop(server),
  };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((stopped) => server.close(() => stopped()));
}

function keyPair() {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

async function sign(url: string, statement: object, workflow: string): Promise<Bundle> {
  const claims = { iss: oidcIssuer, sub: 'repo:acme/atlas:ref:refs/heads/main', [subjectClaim]: workflow };
  const token = [{ alg: 'none' }, claims, {}].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const identityProvider = { getToken: () => Promise.resolve(token.join('.')) };
  const builder = new DSSEBundleBuilder({
    signer: new FulcioSigner({ fulcioBaseURL: url, identityProvider }),
    witnesses: [
      new RekorWitness({ rekorBaseURL: url, entryType: 'intoto' }),
      new TSAWitness({ tsaBaseURL: url }),
    ],
  });
  return builder.create({
    data: Buffer.from(JSON.stringify(statement)),
    type: 'application/vnd.in-toto+json',
  });
}

/** Valid from here on, so that no clock matters. */
const validFor = { start: new Date(0) };

/** The enums of Sigstore's protobuf-specs as numbers, as they are sent: SHA-256, and ECDSA with P-256 and SHA-256. */
const [sha256, ecdsaP256]: readonly number[] = [1, 5];

function log(publicKey: Buffer): Log {
  return {
    baseUrl: logUrl,
    hashAlgorithm: sha256,
    logId: { keyId: createHash('sha256').update(publicKey).digest() },
    publicKey: { rawBytes: publicKey, keyDetails: ecdsaP256, validFor },
    operator: '',
  } as unknown as Log;
}

function authority(...certificates: ArrayBufferView[]): Authority {
  return {
    subject: undefined,
    uri: 'https://authority.example',
    certChain: {
      certificates: certificates.map(({ buffer, byteOffset, byteLength }) => ({
        rawBytes: Buffer.from(buffer, byteOffset, byteLength),
      })),
    },
    validFor,
    operator: '',
  };
}
