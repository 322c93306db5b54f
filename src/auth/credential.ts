import type * as oidc from 'openid-client';

import { ActionError } from '../errors/error.ts';
import type { RetryOptions } from '../http/retry.ts';
import { secretCredential } from './secret.ts';

/**
 * How a client app shows its issuer that it is the one it says it is (RFC 6749, 2.3). There are two ways: its secret (`secret.ts`), and
 * what a service of the job says about it (`assertion.ts`).
 */
export interface Credential {
  /**
   * The proof for one request to the token endpoint. It is asked for before each, since a proof may end soon, or be good for one request.
   * @param server what the issuer says about itself
   * @throws ActionError when there is no proof to be had
   */
  prove(server: oidc.ServerMetadata): Promise<Proof>;
}

export interface Proof {
  /** Puts the proof into a token request. */
  readonly authenticate: oidc.ClientAuth;
  /** Another way to put it there, for an issuer that refuses the first as `invalid_client`. */
  readonly otherwise?: oidc.ClientAuth;
  /** What is secret in it: it is told nobody, also where the issuer repeats it in its answer. */
  readonly secret: string;
  /** What to tell when the issuer does not take it. */
  refusal(refused: Refused): Refusal;
}

/** A token request that was refused. */
export interface Refused {
  readonly issuer: URL;
  readonly clientId: string;
  /** The answer in short, fit to be printed, e.g. `401 invalid_client: Invalid client credentials`. */
  readonly said: string;
}

export interface Refusal {
  readonly message: string;
  readonly hint: string;
  readonly details?: readonly string[];
}

/** What a client app has to prove itself with, and what the proof is for. */
export interface Means {
  /** Undefined: the job's own identity is used. */
  readonly clientSecret: string | undefined;
  /** Audience to ask identity tokens for; undefined: the issuer. */
  readonly audience: string | undefined;
  /** PEM certificates of authorities to trust beside the public ones. */
  readonly certificates: readonly string[];
}

/** Hands out tokens that say which job asks for them, signed for an audience. */
export type IdentityTokens = (audience: string) => Promise<string>;

interface Service {
  /** Whether this job may ask it. */
  isOffered(environment: NodeJS.ProcessEnv): boolean;
  open(
    environment: NodeJS.ProcessEnv,
    certificates: readonly string[],
    mask: (secret: string) => void,
    retries: RetryOptions,
  ): Promise<IdentityTokens>;
}

/** Those that tell who a job is, in the order in which they are looked for. Another one is a file of its own, and its entry here. */
const services: readonly Service[] = [
  {
    isOffered: (environment) =>
      Boolean(environment['ACTIONS_ID_TOKEN_REQUEST_URL'] && environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN']),
    open: async (...given) => (await import('../hosts/github/tokens.ts')).githubTokens(...given),
  },
];

/** Whether this job can do without a client secret: something in its environment tells who it is. */
export function offersIdentity(environment: NodeJS.ProcessEnv): boolean {
  return services.some((service) => service.isOffered(environment));
}

/**
 * The client app's secret, or else the job's own identity. What the latter takes is loaded only then.
 * @param mask told every secret before anything else sees it
 * @param signal cancels requests for identity tokens
 * @throws ActionError `credentials` when there is neither
 */
export async function openCredential(
  { clientSecret, audience, certificates }: Means,
  environment: NodeJS.ProcessEnv,
  mask: (secret: string) => void,
  retries: RetryOptions = {},
): Promise<Credential> {
  if (clientSecret !== undefined) return secretCredential(clientSecret);
  const service = services.find((one) => one.isOffered(environment));
  if (!service) {
    throw new ActionError('credentials', 'There is neither a client secret nor an identity token', {
      hint: `Set input 'client-secret', or give the job 'permissions: id-token: write'.`,
    });
  }
  const { assertionCredential } = await import('./assertion.ts');
  return assertionCredential(await service.open(environment, certificates, mask, retries), audience);
}
