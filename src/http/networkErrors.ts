import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

import { ActionError, causes, messageOf, openFileLimit, systemCode } from '../errors/error.ts';
import { ProxyError } from './connector.ts';
import { capitalized, inputs, setting, wording } from '../text/wording.ts';

/** Node's TLS error codes for a certificate of an unknown authority. */
const untrustedCodes = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const invalidCertificateCodes = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** OpenSSL's error codes for an answer that is not TLS, e.g. from a server that speaks plain HTTP on that port. */
const notTlsCodes = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_UNKNOWN_PROTOCOL',
  'ERR_SSL_HTTP_REQUEST',
]);

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be resolved',
  EAI_AGAIN: 'its name cannot be resolved at the moment',
  EAI_FAIL: 'its name cannot be resolved',
  EAI_NODATA: 'its name has no address',
  ECONNREFUSED: 'it refuses the connection',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'it received the request but does not answer',
  UND_ERR_BODY_TIMEOUT: 'its answer stalled',
  OAUTH_TIMEOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no route to it',
  EHOSTDOWN: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ENETDOWN: 'the network of this machine is down',
  EADDRNOTAVAIL: 'this machine has no free address or port',
  EMFILE: 'too many files and connections are open at once',
  ENFILE: 'too many files and connections are open at once',
};

/** Beginnings of Node's error codes for an answer that cannot be read: of its HTTP parser, and of zlib and Brotli. */
const unreadableCodes: readonly (readonly [RegExp, string])[] = [
  [/^HPE_/, 'its answer is not valid HTTP'],
  [/^(?:Z_|ERR_BROTLI_|ERR__ERROR_)/, 'its answer cannot be decompressed'],
];

/** undici's error codes for mistakes of this program: it has closed the transport, or sent an invalid request. */
const localCodes = new Set(['UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'UND_ERR_INVALID_ARG']);

/** Whether an error is about the connection (DNS, TCP, TLS, timeout) and not about a response. */
export function isNetworkError(error: unknown): boolean {
  if (proxyErrorIn(error)) return true;
  const code = systemCode(error);
  if (code === undefined) return causes(error).some((cause) => cause.name === 'TimeoutError');
  const isFromClient = code.startsWith('UND_ERR_') && !localCodes.has(code);
  return (
    code in reasons || isFromClient || isUnreadable(error) || isCertificateError(error) || isTlsError(error)
  );
}

/** Whether something answered, but not as an HTTP server does. */
export function isUnreadable(error: unknown): boolean {
  return unreadableReason(systemCode(error) ?? '') !== undefined;
}

function unreadableReason(code: string): string | undefined {
  return unreadableCodes.find(([pattern]) => pattern.test(code))?.[1];
}

/** Whether an error is about the server's certificate. A retry cannot help. */
export function isCertificateError(error: unknown): boolean {
  const code = systemCode(error) ?? '';
  return untrustedCodes.has(code) || invalidCertificateCodes.has(code);
}

/** Whether the TLS handshake failed for another reason than the certificate. A retry cannot help. */
function isTlsError(error: unknown): boolean {
  const code = systemCode(error) ?? '';
  return code.startsWith('ERR_SSL_') || code === 'EPROTO';
}

function proxyErrorIn(error: unknown): ProxyError | undefined {
  return causes(error).find((cause) => cause instanceof ProxyError);
}

/** The HTTP status with which a proxy refused the connection, e.g. 407. */
export function proxyStatus(error: unknown): number | undefined {
  return proxyErrorIn(error)?.status;
}

/** Whether a connection would fail again in the same way: because of certificate or TLS, or because a proxy refuses it. */
export function isPermanent(error: unknown): boolean {
  const status = proxyStatus(error) ?? 500;
  return isCertificateError(error) || isTlsError(error) || (status < 500 && status !== 429);
}

/**
 * Describes a connection error for the user.
 * @param what the server's role, e.g. `Issuer`
 * @param source where the address comes from, e.g. `input 'issuer'`
 */
export function describeNetworkError(what: string, url: URL, source: string, error: unknown): ActionError {
  const proxy = proxyErrorIn(error);
  if (proxy) return describeProxyError(`${what} ${url.origin} cannot be reached`, source, proxy);
  const code = systemCode(error) ?? '';
  if (untrustedCodes.has(code)) {
    return new ActionError(
      'untrusted-certificate',
      `${what} ${url.origin} has a certificate that is not trusted (${code})`,
      {
        hint: `If a private authority signed it, add that authority's certificate to ${setting('ca-certificates')}. For development with a self-signed certificate, set ${setting('tls-verify', 'false')}.`,
        cause: error,
      },
    );
  }
  if (isCertificateError(error)) {
    return new ActionError(
      'untrusted-certificate',
      `${what} ${url.origin} has an invalid certificate: ${messageOf(causes(error).at(-1))}`,
      {
        hint: `Check ${source} and the server's certificate. ${capitalized(inputs('ca-certificates', 'tls-verify'))} set which certificates are trusted.`,
        cause: error,
      },
    );
  }
  if (isTlsError(error)) {
    return new ActionError(
      'unreachable',
      `${what} ${url.origin} cannot be reached: ${tlsReason(error, url.port || '443')}`,
      { hint: `Check ${source}: ${tlsHint(code)}`, cause: error },
    );
  }
  const out = openFileLimit(error) ?? openFileLimitNow(code);
  const reason = out?.reason ?? reasonOf(code, error);
  return new ActionError(
    out ? 'too-many-open-files' : 'unreachable',
    `${what} ${url.origin} cannot be reached: ${reason}${code ? ` (${code})` : ''}`,
    {
      hint:
        out?.hint ??
        `Check ${source}, and whether ${wording().machine} can reach that host. Proxies are set by HTTPS_PROXY, HTTP_PROXY and NO_PROXY.`,
      cause: error,
    },
  );
}

function reasonOf(code: string, error: unknown): string {
  const isLate = causes(error).some(({ name }) => name === 'TimeoutError');
  const known = reasons[isLate ? 'ETIMEDOUT' : code] ?? unreadableReason(code);
  return known ?? messageOf(causes(error).at(-1) ?? error);
}

/** Why a TLS handshake failed, with OpenSSL's reason out of a message like `…:SSL routines:function:reason:file:line`. */
function tlsReason(error: unknown, port: string): string {
  const code = systemCode(error) ?? '';
  if (notTlsCodes.has(code)) return `it does not speak HTTPS on port ${port} (${code})`;
  const message = messageOf(causes(error).at(-1));
  const [, reason = message] = /SSL routines:[^:]*:([^:]+)/.exec(message) ?? [];
  return `the TLS handshake fails: ${reason} (${code})`;
}

function tlsHint(code: string): string {
  return notTlsCodes.has(code)
    ? `its port must be that of an HTTPS server. Plain http: is allowed only for a platform on this machine.`
    : `the server must offer TLS 1.2 or later.`;
}

/** At the limit of open files, the resolver cannot open its own files and reports that the name does not exist. */
function openFileLimitNow(code: string): ReturnType<typeof openFileLimit> {
  if (code !== 'ENOTFOUND' && code !== 'EAI_AGAIN') return undefined;
  try {
    closeSync(openSync(devNull, 'r'));
    return undefined;
  } catch (error) {
    return openFileLimit(error);
  }
}

/** Describes a proxy error: the proxy refuses the connection, or cannot be reached. */
function describeProxyError(what: string, source: string, error: ProxyError): ActionError {
  const { variable, proxy, status, cause } = error;
  if (status !== undefined) {
    return new ActionError('proxy', `${what}: the proxy answers with ${status}`, {
      hint:
        status === 407
          ? `The proxy ${proxy} requires authentication: set ${variable} to http://USER:PASSWORD@HOST:PORT, or add the host to NO_PROXY.`
          : `Make the proxy ${proxy} (${variable}) allow that host, or add the host to NO_PROXY. Check ${source}.`,
      cause: error,
    });
  }
  if (isTlsError(cause)) {
    const [port = ''] = /\d+$/.exec(proxy) ?? [];
    return new ActionError('proxy', `${what}: the proxy ${proxy} fails: ${tlsReason(cause, port)}`, {
      hint: `Set ${variable} to http://${proxy} if the proxy speaks plain HTTP, or add the host to NO_PROXY.`,
      cause: error,
    });
  }
  const code = systemCode(cause);
  const reason = reasonOf(code ?? '', cause);
  return new ActionError(
    openFileLimit(cause) ? 'too-many-open-files' : 'proxy',
    `${what}: the proxy ${proxy} fails: ${reason}${code ? ` (${code})` : ''}`,
    { hint: openFileLimit(cause)?.hint ?? `Check ${variable}, or add the host to NO_PROXY.`, cause: error },
  );
}
