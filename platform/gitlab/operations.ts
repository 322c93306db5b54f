/**
 * The operations of GitLab's REST API that the stand-in supports: exactly those that the command uses. GitLab's OpenAPI description comes with
 * its source only, in no package, so this table is written by its documentation: "Notes API", "Release links API", "Users API", "Pagination".
 */

/** A parameter in the query or a member of the body. */
export interface Parameter {
  readonly type: 'string' | 'integer' | 'boolean';
  readonly required?: true;
  readonly values?: readonly string[];
  /** Most characters. */
  readonly longest?: number;
}

export type Parameters = Readonly<Record<string, Parameter>>;

export interface Operation {
  readonly query: Parameters;
  readonly body: Parameters;
  /** The token of a job is valid for it (GitLab, "CI/CD job token", "REST API endpoints"). */
  readonly jobToken: boolean;
  /** Least role of a project access token, and its scope. */
  readonly role: 'guest' | 'reporter' | 'developer';
  readonly writes: boolean;
}

const pagination: Parameters = { page: { type: 'integer' }, per_page: { type: 'integer' } };
const noteBody: Parameter = { type: 'string', required: true, longest: 1_000_000 };
const linkBody = (isNew: boolean): Parameters => ({
  name: { type: 'string', ...(isNew && { required: true }) },
  url: { type: 'string', ...(isNew && { required: true }) },
  direct_asset_path: { type: 'string', longest: 128 },
  link_type: { type: 'string', values: ['other', 'runbook', 'image', 'package'] },
});

const read = { body: {}, writes: false } as const;
const write = { query: {}, writes: true } as const;

export const operations = {
  'GET /user': { ...read, query: {}, jobToken: false, role: 'guest' },
  'GET /projects/:id/merge_requests/:iid/notes': {
    ...read,
    query: {
      ...pagination,
      sort: { type: 'string', values: ['asc', 'desc'] },
      order_by: { type: 'string', values: ['created_at', 'updated_at'] },
      activity_filter: { type: 'string', values: ['all_notes', 'only_comments', 'only_activity'] },
    },
    jobToken: true,
    role: 'reporter',
  },
  'POST /projects/:id/merge_requests/:iid/notes': {
    ...write,
    body: { body: noteBody, internal: { type: 'boolean' }, created_at: { type: 'string' } },
    jobToken: false,
    role: 'reporter',
  },
  'PUT /projects/:id/merge_requests/:iid/notes/:note': {
    ...write,
    body: { body: noteBody },
    jobToken: false,
    role: 'reporter',
  },
  'DELETE /projects/:id/merge_requests/:iid/notes/:note': {
    ...write,
    body: {},
    jobToken: false,
    role: 'reporter',
  },
  'GET /projects/:id/releases/:tag/assets/links': {
    ...read,
    query: pagination,
    jobToken: true,
    role: 'guest',
  },
  'POST /projects/:id/releases/:tag/assets/links': {
    ...write,
    body: linkBody(true),
    jobToken: true,
    role: 'developer',
  },
  'PUT /projects/:id/releases/:tag/assets/links/:link': {
    ...write,
    body: linkBody(false),
    jobToken: true,
    role: 'developer',
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof operations;

export interface Found {
  readonly name: OperationName;
  /** Decoded parts of the path. */
  readonly path: Readonly<Record<string, string>>;
}

const routes = (Object.keys(operations) as OperationName[]).map((name) => {
  const [method = '', path = ''] = name.split(' ');
  return { name, method, pattern: new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`) };
});

/** Finds the operation of a request. @param path below the API's base URL */
export function findOperation(method: string, path: string): Found | undefined {
  for (const route of routes) {
    const found = route.method === method ? route.pattern.exec(path) : null;
    if (!found) continue;
    const parts = Object.entries(found.groups ?? {}).map(([name, value]) => [
      name,
      decodeURIComponent(value),
    ]);
    return { name: route.name, path: Object.fromEntries(parts) as Found['path'] };
  }
  return undefined;
}

/** Parts of a path that are numbers. */
const numbers = ['id', 'iid', 'note', 'link'];

/** The problems of a request, as sentences. */
export function problemsOf({ name, path }: Found, query: URLSearchParams, body: unknown): string[] {
  const operation: Operation = operations[name];
  const asked: Readonly<Record<string, unknown>> = Object.fromEntries(query);
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  const members = isObject ? Object.fromEntries(Object.entries(body)) : {};
  const problems = [
    ...numbers
      .filter((part) => part in path && !/^\d+$/.test(path[part] ?? ''))
      .map((part) => `:${part} is no number`),
    ...(body === undefined || isObject ? [] : ['the body is no object']),
    ...wrongIn(operation.query, asked, true),
    ...wrongIn(operation.body, members, false),
    ...(Number(query.get('per_page') ?? 1) > 100 ? [`'per_page' is more than 100`] : []),
    ...(name.startsWith('PUT') && Object.keys(members).length === 0 ? ['nothing is to be changed'] : []),
  ];
  return problems.map((problem) => `${name}: ${problem}`);
}

function wrongIn(known: Parameters, given: Readonly<Record<string, unknown>>, isText: boolean): string[] {
  const unknown = Object.keys(given).filter((name) => !(name in known));
  return [
    ...unknown.map((name) => `'${name}' is not a parameter`),
    ...Object.entries(known).flatMap(([name, parameter]) => {
      const value = given[name];
      if (value === undefined) return parameter.required ? [`'${name}' is missing`] : [];
      return isValid(parameter, value, isText) ? [] : [`'${name}' is not valid`];
    }),
  ];
}

function isValid({ type, values, longest = Infinity }: Parameter, value: unknown, isText: boolean): boolean {
  if (type === 'integer') return isText ? /^\d+$/.test(String(value)) : Number.isInteger(value);
  if (type === 'boolean') return typeof value === 'boolean';
  if (typeof value !== 'string' || Array.from(value).length > longest) return false;
  return values === undefined || values.includes(value);
}
