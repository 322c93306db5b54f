import { ActionError, causes, messageOf, systemCode } from './errors.ts';

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
};

/** Codes of the HTTP client for what this program did itself: it closed the transport, or asked for nonsense. */
const own = new Set(['UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'UND_ERR_INVALID_ARG']);

/** Whether the error is about the connection (name, TCP, TLS, time), not about an answer. */
export function isNetworkError(error: unknown): boolean {
  const code = systemCode(error);
  if (code === undefined) return causes(error).some((cause) => cause.name === 'TimeoutError');
  return code in reasons || (code.startsWith('UND_ERR_') && !own.has(code)) || isCertificateError(error);
}

/** Whether the error is a certificate that was refused: trying again cannot help. */
export function isCertificateError(error: unknown): boolean {
  const code = systemCode(error) ?? '';
  return untrusted.has(code) || otherCertificateTrouble.has(code) || code.startsWith('ERR_SSL_');
}

/** The status by which a proxy refuses to connect to a host, e.g. 407; the HTTP client tells it in its message alone. */
export function proxyStatus(error: unknown): number | undefined {
  const answers = causes(error).map(
    ({ message }) => /^Proxy response \((\d{3})\) !== 200/.exec(message)?.[1],
  );
  const status = answers.find((answer) => answer !== undefined);
  return status === undefined ? undefined : Number(status);
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
  const proxied = proxyStatus(error);
  if (proxied !== undefined) {
    return new ActionError(
      'unreachable',
      `${what} ${url.origin} cannot be reached: the proxy on the way answers with ${proxied}`,
      {
        hint:
          proxied === 407
            ? `The proxy wants to know who asks: give it as http://USER:PASSWORD@HOST:PORT in HTTPS_PROXY, or name the host in NO_PROXY.`
            : `Have the proxy of HTTPS_PROXY allow that host, or name it in NO_PROXY; check ${setting}.`,
        cause: error,
      },
    );
  }
  const reason = reasons[code] ?? messageOf(causes(error).at(-1) ?? error);
  return new ActionError(
    'unreachable',
    `${what} ${url.origin} cannot be reached: ${reason}${code ? ` (${code})` : ''}`,
    {
      hint: `Check ${setting}, and whether this runner may reach that host (a proxy is taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY).`,
      cause: error,
    },
  );
}
