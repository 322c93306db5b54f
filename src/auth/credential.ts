import { ActionError } from '../errors/error.ts';
import type { Host } from '../hosts/host.ts';
import type { RetryOptions } from '../http/retry.ts';
import type { ClientCredential } from './authentication.ts';
import { secretCredential } from './secret.ts';

/** What a client app can authenticate with. */
export interface CredentialOptions {
  /** Undefined: the job's own identity is used. */
  readonly clientSecret: string | undefined;
  /** Audience to ask identity tokens for; undefined: the issuer. */
  readonly audience: string | undefined;
  /** PEM certificates of authorities to trust beside the public ones. */
  readonly certificates: readonly string[];
}

/**
 * The client app's secret, or else the job's own identity. What the latter takes is loaded only then.
 * @param signal cancels requests for identity tokens
 * @throws ActionError `no-credentials` when there is neither
 */
export async function openCredential(
  { clientSecret, audience, certificates }: CredentialOptions,
  { identityToken, hints }: Pick<Host, 'identityToken' | 'hints'>,
  retries: RetryOptions = {},
): Promise<ClientCredential> {
  if (clientSecret !== undefined) return secretCredential(clientSecret);
  if (!identityToken) {
    throw new ActionError('no-credentials', 'There is neither a client secret nor an identity token', {
      hint: `Set input 'client-secret', or ${hints.allowIdentity}.`,
    });
  }
  const { assertionCredential } = await import('./assertion.ts');
  return assertionCredential((wanted) => identityToken(wanted, { certificates, retries }), audience);
}
