import { ActionError } from '../errors/error.ts';
import type { Host } from '../hosts/host.ts';
import type { RetryOptions } from '../http/retry.ts';
import type { ClientCredential } from './clientAuthentication.ts';
import { secretCredential } from './clientSecret.ts';
import { inputs } from '../text/wording.ts';

/** What a client app can authenticate with. */
export interface CredentialOptions {
  /** Without it, the job's OIDC token is used. */
  readonly clientSecret: string | undefined;
  /** Audience of OIDC tokens; default: the issuer. */
  readonly audience: string | undefined;
  /** PEM certificates of additional trusted authorities. */
  readonly certificates: readonly string[];
}

/**
 * The client app's secret, else the job's OIDC token. The code for OIDC tokens is loaded only if it is needed.
 * @throws ActionError `no-credentials` if the job has neither
 */
export async function openCredential(
  { clientSecret, audience, certificates }: CredentialOptions,
  { identityToken, hints }: Pick<Host, 'identityToken' | 'hints'>,
  retries: RetryOptions = {},
): Promise<ClientCredential> {
  if (clientSecret !== undefined) return secretCredential(clientSecret);
  if (!identityToken) {
    throw new ActionError(
      'no-credentials',
      'No credentials: there is neither a client secret nor an OIDC token',
      {
        hint: `Set ${inputs('client-secret')}${hints.allowIdentity === undefined ? '' : `, or ${hints.allowIdentity}`}.`,
      },
    );
  }
  const { assertionCredential } = await import('./clientAssertion.ts');
  const request = (wanted: string, signal?: AbortSignal) => {
    const signals = [retries.signal ?? [], signal ?? []].flat();
    return identityToken(wanted, { certificates, retries: { ...retries, signal: AbortSignal.any(signals) } });
  };
  return assertionCredential(request, audience, hints.staleIdentity);
}
