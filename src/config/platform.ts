import { readCertificates } from './certificates.ts';
import type { Reader } from './reader.ts';
import { readUrl } from './url.ts';
import { wording } from '../text/wording.ts';

/** The inputs of every action: the client app and the platform. */
export interface PlatformInputs {
  readonly clientId: string;
  /** If undefined, the job logs in with its OIDC token. */
  readonly clientSecret: string | undefined;
  /** Audience of the OIDC token; undefined for the issuer. */
  readonly audience: string | undefined;
  readonly platforms: readonly string[];
  /** Scopes to request, including those of the platforms. */
  readonly scope: readonly string[];
  readonly issuer: URL;
  readonly apiUrl: URL;
  /** PEM certificates to trust in addition to the public roots. */
  readonly certificates: readonly string[];
  readonly tlsVerify: boolean;
}

/** @param needsLogin whether the run logs in; if not, a client app is not required */
export function readPlatform(
  reader: Reader,
  mask: (secret: string) => void,
  needsLogin = true,
): PlatformInputs {
  const clientSecret = reader.text('client-secret');
  if (clientSecret) mask(clientSecret);
  else if (needsLogin && !reader.keyless) refuseWithoutCredentials(reader);
  const platforms = [...new Set(reader.words('platforms'))];
  return {
    clientId: needsLogin
      ? reader.required('client-id', `the id of the client app, e.g. ${wording().clientIdExample}`)
      : reader.text('client-id'),
    clientSecret: clientSecret || undefined,
    audience: reader.text('audience') || undefined,
    platforms,
    scope: [...new Set([...reader.words('scope', 'openid email profile'), ...platforms])],
    issuer: readUrl(reader, 'issuer', 'https://iam.terradue.com/realms/master'),
    apiUrl: readUrl(reader, 'api-url', 'https://api.terradue.com/core'),
    certificates: readCertificates(reader),
    tlsVerify: reader.boolean('tls-verify', true),
  };
}

function refuseWithoutCredentials(reader: Reader): void {
  reader.problem('client-secret', wording().missingSecret);
  reader.advice.push(...reader.logIn);
}
