import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import type { SessionCredentials, StoragePoint } from '../terrapi/storagepoint.ts';
import { below, everything, policyDocument } from './s3/policy.ts';
import { signingKeys } from './s3/signature.ts';
import type { Credential } from './s3/signature.ts';

/** The user that a session's token is for. */
export interface Holder {
  readonly issuer: string;
  readonly clientId: string;
  readonly subject: string;
  readonly audience: readonly string[];
}

/** The credentials that the storage accepts: the platform's own, and those of open sessions. */
export class Sessions {
  /** Credentials without expiry. The platform signs its links with them. */
  readonly platform: Credential;
  readonly #open = new Map<string, Credential & { readonly expiration: Date }>();
  readonly #signingKey = randomBytes(64);

  constructor() {
    const secretKey = letters(40);
    this.platform = {
      accessKey: 'platform-links',
      secretKey,
      policy: everything,
      signingKey: signingKeys(secretKey),
    };
  }

  /**
   * Opens a session with the actions that the storage point allows, below its prefix.
   *
   * @param lifeSeconds lifetime in whole seconds
   */
  async open(point: StoragePoint, lifeSeconds: number, holder: Holder): Promise<SessionCredentials> {
    const grant = { bucket: point.bucket, prefix: point.prefix, actions: point.scopes };
    const accessKey = letters(20).toUpperCase();
    const secretKey = letters(40);
    const issued = Math.floor(Date.now() / 1000);
    const expiration = new Date((issued + lifeSeconds) * 1000);
    const document = Buffer.from(JSON.stringify(policyDocument(grant))).toString('base64');
    const token = await new SignJWT({
      accessKey,
      azp: holder.clientId,
      minio_policy: 'readwrite',
      platforms: ['gep'],
      policy: 'readwrite',
      preferred_username: `service-account-${holder.clientId}`,
      sessionPolicy: document,
    })
      .setProtectedHeader({ alg: 'HS512', typ: 'JWT' })
      .setIssuer(holder.issuer)
      .setSubject(holder.subject)
      .setAudience([...holder.audience])
      .setIssuedAt(issued)
      .setExpirationTime(issued + lifeSeconds)
      .sign(this.#signingKey);
    const credential = { accessKey, secretKey, token, policy: below(grant) };
    this.#open.set(accessKey, { ...credential, signingKey: signingKeys(secretKey), expiration });
    return { accessKey, secretKey, token, expiration };
  }

  /** Finds the credential of an access key. An expired session is unknown, as in MinIO. */
  find(accessKey: string): Credential | undefined {
    if (accessKey === this.platform.accessKey) return this.platform;
    const session = this.#open.get(accessKey);
    if (session !== undefined && session.expiration.getTime() > Date.now()) return session;
    this.#open.delete(accessKey);
    return undefined;
  }
}

function letters(length: number): string {
  return randomBytes(length).toString('hex').slice(0, length);
}
