import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';

import { ActionError } from '../errors/error.ts';
import { percentDecoded } from '../text/encode.ts';
import { isLoopback } from './urls.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** An HTTP proxy and its credentials. */
export interface Proxy {
  /** Name of the environment variable that sets it. */
  readonly variable: string;
  /** Whether the connection to the proxy uses TLS. */
  readonly secure: boolean;
  /** An IPv6 address has no brackets. */
  readonly hostname: string;
  readonly port: number;
  /** `host:port`, for messages. It contains neither user name nor password. */
  readonly name: string;
  /** Value of `Proxy-Authorization`. */
  readonly authorization: string | undefined;
}

/**
 * The proxy for a URL, from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` in either case. All connections of this program use it. Loopback
 * hosts never go through a proxy.
 * @throws ActionError `proxy` for an address that is not an HTTP proxy. It does not quote the address, which may contain a password
 */
export function proxyFor(url: URL, environment: Environment = process.env): Proxy | undefined {
  const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const address = variableOf(environment, variable);
  if (!address || isLoopback(url.hostname) || isBypassed(url, variableOf(environment, 'NO_PROXY') ?? ''))
    return undefined;
  const proxy = parseProxy(address, variable);
  if (proxy) return proxy;
  throw new ActionError('proxy', `${variable} is not the address of an HTTP proxy`, {
    hint: `Set it to an address like http://proxy.example:3128, or add the host to NO_PROXY.`,
  });
}

/** The lower-case name takes precedence, as in curl. */
function variableOf(environment: Environment, name: string): string | undefined {
  return [environment[name.toLowerCase()], environment[name]].map((value) => value?.trim()).find(Boolean);
}

/**
 * User name and password may contain any character, escaped or not: they end at the last `@`. An invalid escape is taken literally.
 */
function parseProxy(address: string, variable: string): Proxy | undefined {
  const [, scheme = 'http', user, host = ''] =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:(.*)@)?([^@]+)$/is.exec(address) ?? [];
  const url = URL.parse(`${scheme.toLowerCase()}://${host}`);
  if (!url?.hostname || !/^https?:$/.test(url.protocol)) return undefined;
  const secure = url.protocol === 'https:';
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return {
    variable,
    secure,
    hostname,
    port,
    name: `${url.hostname}:${port}`,
    authorization: user === undefined ? undefined : basic(user),
  };
}

function basic(userInfo: string): string {
  const colon = userInfo.indexOf(':');
  const [user, password] = colon < 0 ? [userInfo, ''] : [userInfo.slice(0, colon), userInfo.slice(colon + 1)];
  return `Basic ${Buffer.from(`${percentDecoded(user)}:${percentDecoded(password)}`).toString('base64')}`;
}

/**
 * Whether `NO_PROXY` names the host of a URL. Entries are separated by commas or spaces. An entry is `*`; a host, which includes its
 * subdomains; `.corp` or `*.corp`, subdomains only; an IP address; or a range of addresses, e.g. `10.0.0.0/8`. A port in an entry must
 * match the URL's port. A scheme is ignored.
 */
export function isBypassed(url: URL, list: string): boolean {
  const host = plainHost(url.hostname);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list.split(/[\s,]+/).some((entry) => entry !== '' && matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  const [, range, bits] = /^([\da-f.:]+|\[[\da-f.:]+\])\/(\d{1,3})$/i.exec(entry) ?? [];
  if (range !== undefined) return isWithin(host, plainHost(range), Number(bits));
  const bare = entry.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/[/?#].*$/s, '');
  // In an IPv6 address without brackets, the last colon does not begin a port.
  const [, name = bare, wanted] = isIP(bare) === 6 ? [] : (/^(.*?)(?::(\d+))?$/s.exec(bare) ?? []);
  if (wanted !== undefined && wanted !== port) return false;
  return matchesName(plainHost(name), host);
}

function matchesName(name: string, host: string): boolean {
  if (name === '') return false;
  if (name.startsWith('.')) return host.endsWith(name);
  if (name.includes('*')) {
    const parts = name.split('*').map((part) => part.replace(/[.\\+^$|?()[\]{}]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(host);
  }
  return host === name || (isIP(name) === 0 && host.endsWith(`.${name}`));
}

function isWithin(host: string, network: string, bits: number): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || bits > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const ranges = new BlockList();
  ranges.addSubnet(network, bits, type);
  return ranges.check(host, type);
}

/** Normalizes a host for comparison: lower case, Punycode, no trailing dot; IPv6 in its shortest form, without brackets. */
function plainHost(name: string): string {
  const host = name.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIP(host) === 6) return URL.parse(`http://[${host}]`)?.hostname.slice(1, -1) ?? host;
  return (domainToASCII(host) || host).replace(/\.$/, '');
}

/** Passwords in proxy variables, as they are written and as they are sent. */
export function proxyPasswords(env: Environment): string[] {
  const proxies = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].map((name) => env[name] ?? '');
  const passwords = proxies.flatMap((proxy) => {
    const [, password = ''] = /^[^/:@]*:(.*)@/s.exec(proxy.trim().replace(/^[a-z][\w+.-]*:\/\//i, '')) ?? [];
    return [password, percentDecoded(password)];
  });
  return [...new Set(passwords)];
}
