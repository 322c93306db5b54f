import { type Answer, json, ErrorResponse } from '../terrapi/answer.ts';
import type { Contract } from './contract.ts';
import type { Json, JsonObject } from './description.ts';
import type { Account, Github } from './github.ts';

/** An authenticated call. Its parameters and body match GitHub's description. */
export interface Call {
  readonly github: Omit<Github, 'stop'>;
  readonly contract: Contract;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  readonly account: Account;
  /** Returns a new ID. */
  readonly nextId: () => number;
}

export type Handler = (call: Call) => Answer;

/** An error response of GitHub. */
export function errorResponse(
  status: number,
  message: string,
  errors?: readonly JsonObject[],
): ErrorResponse {
  const body = {
    message,
    ...(errors && { errors: [...errors] }),
    documentation_url: 'https://docs.github.com/rest',
    ...(errors === undefined && { status: String(status) }),
  };
  return new ErrorResponse(json(status, body));
}

export function invalid(resource: string, field: string, message: string): ErrorResponse {
  return errorResponse(422, 'Validation Failed', [{ resource, code: 'custom', field, message }]);
}

/** A string member of the body. */
export function textOf({ body }: Call, name: string, fallback = ''): string {
  const value = body[name];
  return typeof value === 'string' ? value : fallback;
}

/** Finds one item. @throws {ErrorResponse} 404 */
export function requireOne<T>(all: readonly T[], is: (one: T) => boolean): T {
  const found = all.find(is);
  if (found === undefined) throw errorResponse(404, 'Not Found');
  return found;
}

/** One page of a list, with GitHub's `Link` header. */
export function page<T>(
  { github, query, parameters }: Call,
  path: string,
  all: readonly T[],
  show: (one: T) => Json,
): Answer {
  const perPage = Math.min(100, Number(query.get('per_page') ?? 30));
  const number = Number(query.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(all.length / perPage));
  const url = (to: number) => {
    const address = new URL(
      `${github.apiUrl}/repos/${parameters['owner'] ?? ''}/${parameters['repo'] ?? ''}${path}`,
    );
    for (const [name, value] of query) address.searchParams.set(name, value);
    address.searchParams.set('page', String(to));
    return address.href;
  };
  const links = [
    ...(number > 1 ? [`<${url(number - 1)}>; rel="prev"`, `<${url(1)}>; rel="first"`] : []),
    ...(number < last ? [`<${url(number + 1)}>; rel="next"`, `<${url(last)}>; rel="last"`] : []),
  ];
  const shown = all.slice((number - 1) * perPage, number * perPage).map(show);
  return json(200, shown, links.length > 0 ? { link: links.join(', ') } : {});
}

/** An account in GitHub's format, based on the example in its description. */
export function showAccount(example: Json | undefined, { login, id, type }: Account): JsonObject {
  return { ...(example as JsonObject), login, id, type };
}
