import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Listener } from '../listener.ts';
import { empty, problem, ErrorResponse, send } from './answer.ts';
import type { Answer } from './answer.ts';
import type { Service } from './call.ts';
import { Controls } from './controls.ts';
import { Jobs } from './jobs.ts';
import { createAuthenticator } from './principal.ts';
import type { Authenticator, Principal } from './principal.ts';
import { resources } from './resources.ts';
import { answerCall } from './routes.ts';
import type { OpenSession, PresignDownload } from './storagepoint.ts';

export interface TerrapiOptions {
  /** The stand-in handles its requests. The caller closes it. */
  readonly listener: Listener;
  /** Issuer URL, exactly as in tokens. */
  readonly issuer: string;
  /** URL of the issuer's JSON Web Key Set. */
  readonly jwksUrl: string;
  /** PEM to trust if `jwksUrl` is HTTPS. */
  readonly trust: string | undefined;
  /** URL of the S3 server, without a trailing slash. */
  readonly storageUrl: string;
  /** IDs of the clients that have access to the workspaces. The issuer's other clients see none. */
  readonly members: readonly string[];
  /** Lifetime of storage sessions at the start. `controls.sessionSeconds` changes it. */
  readonly sessionSeconds: number;
  readonly openSession: OpenSession;
  readonly presignDownload: PresignDownload;
}

export interface Terrapi {
  /** Base URL, for the input `api-url`. */
  readonly apiUrl: string;
  readonly controls: Controls;
}

const basePath = '/core';

/** Starts the TerrAPI stand-in on a listener. */
export function startTerrapi(options: TerrapiOptions): Terrapi {
  const { issuer, jwksUrl, trust, listener } = options;
  const apiUrl = `${listener.origin}${basePath}`;
  const controls = new Controls(options.sessionSeconds);
  const service: Service = { ...options, apiUrl, controls, jobs: new Jobs(), resources: [...resources] };
  const authenticate = createAuthenticator({ issuer, jwksUrl, trust, audience: 'ellip-bios-api' });
  listener.handle((message, response) => {
    const [, token] = message.headers.authorization?.split(' ') ?? [];
    if (token) controls.secrets.add(token);
    void answer(service, authenticate, message).then((given) => {
      // Logged before it is sent, so that a client with the response finds it in the log.
      const { path } = target(message);
      controls.requests.push({ method: message.method ?? '', path, status: given.status });
      send(response, given);
    });
  });
  return { apiUrl, controls };
}

async function answer(
  service: Service,
  authenticate: Authenticator,
  message: IncomingMessage,
): Promise<Answer> {
  const { path, query } = target(message);
  const failure = service.controls.takeFailure(path);
  if (failure !== undefined) return failure;
  try {
    const body = await text(message);
    const principal = await requirePrincipal(authenticate, message, path);
    return await answerCall(service, {
      method: message.method ?? '',
      path,
      query,
      contentType: message.headers['content-type'] ?? '',
      body,
      principal,
    });
  } catch (error) {
    if (error instanceof ErrorResponse) return error.answer;
    return problem(500, 'An error occurred while processing your request.', String(error), path);
  }
}

/** The path below the base URL. Any other path stays unchanged, and matches no route. */
function target(message: IncomingMessage): { path: string; query: URLSearchParams } {
  const url = new URL(message.url ?? '/', 'http://localhost');
  const below = url.pathname.startsWith(`${basePath}/`);
  return { path: below ? url.pathname.slice(basePath.length) : url.pathname, query: url.searchParams };
}

async function requirePrincipal(
  authenticate: Authenticator,
  message: IncomingMessage,
  path: string,
): Promise<Principal> {
  try {
    return await authenticate(message.headers.authorization);
  } catch {
    const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' };
    // Only storage calls answer errors without a body.
    if (path.startsWith('/v2/storage/')) throw new ErrorResponse(empty(401, challenge));
    const said = problem(401, 'Unauthorized', 'The bearer token is missing or not valid.', path);
    throw new ErrorResponse({ ...said, headers: { ...said.headers, ...challenge } });
  }
}
