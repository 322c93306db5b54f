import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';

import { ActionError } from '../errors/error.ts';
import { isLoopback } from './urls.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** An HTTP proxy and who may use it. */
export interface Proxy {
  /** Name of the environment variable that it comes from. */
  readonly variable: string;
  /** Whether it is talked to by TLS. */
  readonly secure: boolean;
  /** An IPv6 address is without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** `host:port`, for messages: user and password are no part of it. */
  readonly name: string;
  /** Value of `Proxy-Authorization`. */
  readonly authorization: string | undefined;
}

/**
 * The proxy for a URL by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` in either case. Every connection of this program is opened by this
 * rule. Loopback hosts are never proxied.
 * @throws ActionError `proxy` for an address that is not that of an HTTP proxy; it does not quote it, as it may hold a password
 */
export function proxyFor(url: URL, environment: Environment = process.env): Proxy | undefined {
  const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const address = variableOf(environment, variable);
  if (!address || isLoopback(url.hostname) || isBypassed(url, variableOf(environment, 'NO_PROXY') ?? ''))
    return undefined;
  const proxy = parseProxy(address, variable);
  if (proxy) return proxy;
  throw new ActionError('proxy', `${variable} is not the address of an HTTP proxy`, {
    hint: `Set it to an address such as http://proxy.example:3128, or name the host in NO_PROXY.`,
  });
}

/** The lower-case name counts first, as it does for curl. */
function variableOf(environment: Environment, name: string): string | undefined {
  return [environment[name.toLowerCase()], environment[name]].map((value) => value?.trim()).find(Boolean);
}

/**
 * User and password may hold any character, also ones that a URL has to escape: they end at the last `@`. What is no valid escape in them
 * means itself.
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
  return `Basic ${Buffer.from(`${unescape(user)}:${unescape(password)}`).toString('base64')}`;
}

function unescape(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });
}

/**
 * Whether `NO_PROXY` names the host of a URL. Entries are separated by commas or spaces: `*`; a host, which stands for the hosts below it
 * too; `.corp` or `*.corp` for the hosts below it alone; an address, or a range of addresses such as `10.0.0.0/8`. A port in an entry has to
 * be the URL's; a scheme is passed over.
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
  // A colon in an address without brackets is no port's.
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

/** As hosts are compared: in lower case, by the letters of DNS, without a dot at the end, and IPv6 without brackets in its shortest form. */
function plainHost(name: string): string {
  const host = name.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIP(host) === 6) return URL.parse(`http://[${host}]`)?.hostname.slice(1, -1) ?? host;
  return (domainToASCII(host) || host).replace(/\.$/, '');
}
