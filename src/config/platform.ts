import { readCertificates } from './certificates.ts';
import type { Reader } from './reader.ts';
import { readUrl } from './url.ts';

/** What every action is told: who asks, and which platform. */
export interface PlatformInputs {
  readonly clientId: string;
  /** Undefined: the job logs in by its own identity. */
  readonly clientSecret: string | undefined;
  /** Audience to ask the job's identity token for; undefined: the issuer. */
  readonly audience: string | undefined;
  readonly platforms: readonly string[];
  /** Scopes to ask for, the platforms' among them. */
  readonly scope: readonly string[];
  readonly issuer: URL;
  readonly apiUrl: URL;
  /** PEM certificates that join the public roots. */
  readonly certificates: readonly string[];
  readonly tlsVerify: boolean;
}

export function readPlatform(reader: Reader, mask: (secret: string) => void): PlatformInputs {
  const clientSecret = reader.text('client-secret');
  if (clientSecret) mask(clientSecret);
  else if (!reader.keyless) refuseWithoutCredentials(reader);
  const platforms = [...new Set(reader.words('platforms'))];
  return {
    clientId: reader.required('client-id', `the id of the client app, e.g. \${{ vars.TERRAPI_CLIENT_ID }}`),
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
  reader.problems.push(
    `client-secret: is missing, and the job may not ask for an identity token in its place; expected one of the two`,
  );
  reader.advice.push(...reader.logIn);
}
