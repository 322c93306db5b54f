import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

import { ActionError, causes, messageOf, outOfFiles, systemCode } from '../errors/error.ts';
import { ProxyError } from './connect.ts';

/** Codes of Node's TLS layer for a certificate that leads to no authority trusted here. */
const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const otherCertificateTrouble = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be resolved',
  EAI_AGAIN: 'its name cannot be resolved at the moment',
  ECONNREFUSED: 'it refuses the connection',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'it took the request and does not answer',
  UND_ERR_BODY_TIMEOUT: 'its answer stalled',
  OAUTH_TIMEOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  EMFILE: 'too many files and connections are open at once',
  ENFILE: 'too many files and connections are open at once',
};

/** Codes of the HTTP client for what this program did itself: it closed the transport, or asked for nonsense. */
const own = new Set(['UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'UND_ERR_INVALID_ARG']);

/** Whether the error is about the connection (name, TCP, TLS, time), not about an answer. */
export function isNetworkError(error: unknown): boolean {
  if (proxyErrorIn(error)) return true;
  const code = systemCode(error);
  if (code === undefined) return causes(error).some((cause) => cause.name === 'TimeoutError');
  return code in reasons || (code.startsWith('UND_ERR_') && !own.has(code)) || isCertificateError(error);
}

/** Whether the error is a certificate that was refused: trying again cannot help. */
export function isCertificateError(error: unknown): boolean {
  const code = systemCode(error) ?? '';
  return untrusted.has(code) || otherCertificateTrouble.has(code) || code.startsWith('ERR_SSL_');
}

function proxyErrorIn(error: unknown): ProxyError | undefined {
  return causes(error).find((cause) => cause instanceof ProxyError);
}

/** The status by which a proxy refuses to connect to a host, e.g. 407. */
export function proxyStatus(error: unknown): number | undefined {
  return proxyErrorIn(error)?.status;
}

/** Whether a connection would fail again in the same way: for its certificate, or since a proxy does not allow it. */
export function isPermanent(error: unknown): boolean {
  const status = proxyStatus(error) ?? 500;
  return isCertificateError(error) || (status < 500 && status !== 429);
}

/**
 * A connection's failure in words that name who was asked and which input to look at.
 * @param what the part of the platform, e.g. `issuer`
 * @param setting where the address comes from, e.g. "input 'issuer'"
 */
export function connectionFailure(what: string, url: URL, setting: string, error: unknown): ActionError {
  const proxy = proxyErrorIn(error);
  if (proxy) return proxyFailure(`${what} ${url.origin} cannot be reached`, setting, proxy);
  const code = systemCode(error) ?? '';
  if (untrusted.has(code)) {
    return new ActionError(
      'untrusted-certificate',
      `${what} ${url.origin} shows a certificate that is not trusted here (${code})`,
      {
        hint: `If a private authority signed it, give that authority's certificate in 'ca-certificates'; for development with a self-signed certificate there is 'tls-verify: false'.`,
        cause: error,
      },
    );
  }
  if (isCertificateError(error)) {
    return new ActionError(
      'untrusted-certificate',
      `${what} ${url.origin} cannot be trusted: ${messageOf(causes(error).at(-1))}`,
      {
        hint: `Check ${setting} and the server's certificate; 'ca-certificates' and 'tls-verify' decide what is trusted here.`,
        cause: error,
      },
    );
  }
  const out = outOfFiles(error) ?? outOfFilesNow(code);
  const reason = out?.reason ?? reasons[code] ?? messageOf(causes(error).at(-1) ?? error);
  return new ActionError(
    out ? 'too-many-open-files' : 'unreachable',
    `${what} ${url.origin} cannot be reached: ${reason}${code ? ` (${code})` : ''}`,
    {
      hint:
        out?.hint ??
        `Check ${setting}, and whether this runner may reach that host (a proxy is taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY).`,
      cause: error,
    },
  );
}

/** A name that cannot be resolved is said not to be there where the files of the resolver cannot be opened. */
function outOfFilesNow(code: string): ReturnType<typeof outOfFiles> {
  if (code !== 'ENOTFOUND' && code !== 'EAI_AGAIN') return undefined;
  try {
    closeSync(openSync(devNull, 'r'));
    return undefined;
  } catch (error) {
    return outOfFiles(error);
  }
}

/** What is wrong with the proxy: that it refuses, or that it cannot be reached itself. */
function proxyFailure(what: string, setting: string, error: ProxyError): ActionError {
  const { variable, proxy, status, cause } = error;
  if (status !== undefined) {
    return new ActionError('proxy', `${what}: the proxy on the way answers with ${status}`, {
      hint:
        status === 407
          ? `The proxy ${proxy} requires authentication: set ${variable} to http://USER:PASSWORD@HOST:PORT, or name the host in NO_PROXY.`
          : `Have the proxy ${proxy} of ${variable} allow that host, or name it in NO_PROXY; check ${setting}.`,
      cause: error,
    });
  }
  const code = systemCode(cause);
  const reason = reasons[code ?? ''] ?? messageOf(causes(cause).at(-1) ?? cause);
  return new ActionError(
    outOfFiles(cause) ? 'too-many-open-files' : 'proxy',
    `${what}: the proxy ${proxy} on the way fails: ${reason}${code ? ` (${code})` : ''}`,
    { hint: outOfFiles(cause)?.hint ?? `Check ${variable}, or name the host in NO_PROXY.`, cause: error },
  );
}
