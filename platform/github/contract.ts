import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

import type { Description, Json, JsonObject } from './description.ts';
import { operations, type OperationName } from './operations.ts';

/** The parts of a request that GitHub's description covers. */
export interface Asked {
  /** Path parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Undefined if there is none. */
  readonly body: Json | undefined;
}

export interface Found {
  readonly name: OperationName;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Checks requests and responses against GitHub's description. Each check returns the problems as sentences. */
export interface Contract {
  /** Undefined if the stand-in does not support the operation. */
  find(method: string, path: string): Found | undefined;
  checkRequest(name: OperationName, asked: Asked): string[];
  checkAnswer(name: OperationName, status: number, body: Json | undefined): string[];
  /** The example of a response in the description. For a list, its first member. */
  example(name: OperationName, status: number): JsonObject;
}

type Check = (pointer: readonly string[], value: unknown) => string[];

/** Reads the description. A schema is compiled at its first use. */
export function readContract(description: Description): Contract {
  const check = checker(description, false);
  const checkText = checker(description, true);
  return {
    find: findOperation,
    checkRequest(name, { parameters, query, body }) {
      const content = [...pointerOf(name), 'requestBody', ...jsonSchema];
      return [
        ...checkParameters(description, name, { parameters, query }, checkText),
        ...(body === undefined ? [] : [...check(content, body), ...undeclared(description, content, body)]),
      ];
    },
    checkAnswer(name, status, body) {
      const pointer = [...pointerOf(name), 'responses', String(status)];
      // The description has error responses for few operations only.
      if (read(description, pointer) === undefined)
        return status >= 400 ? [] : [`the description has no status ${status}`];
      return body === undefined ? [] : check([...pointer, ...jsonSchema], body);
    },
    example(name, status) {
      const pointer = [
        ...pointerOf(name),
        'responses',
        String(status),
        'content',
        'application/json',
        'examples',
      ];
      const [first = ''] = Object.keys(objectAt(description, pointer));
      const value = read(description, [...pointer, first, 'value']);
      return structuredClone((Array.isArray(value) ? value[0] : value) as JsonObject);
    },
  };
}

const jsonSchema = ['content', 'application/json', 'schema'];

const routes = operations.map(([method, path]) => ({
  method,
  name: `${method} ${path}` as OperationName,
  pattern: new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));

function findOperation(method: string, path: string): Found | undefined {
  for (const route of routes) {
    const found = route.method === method.toLowerCase() ? route.pattern.exec(path) : null;
    if (!found) continue;
    const parameters = Object.entries(found.groups ?? {}).map(
      ([name, value]) => [name, decodeURIComponent(value)] as const,
    );
    return { name: route.name, parameters: Object.fromEntries(parameters) };
  }
  return undefined;
}

/** Validates values with the schemas of the description. @param text the values are from a URL, so numbers are text */
function checker(description: Description, text: boolean): Check {
  const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: text });
  addFormats.default(ajv);
  const root = 'https://api.github.com/description';
  ajv.addSchema({ $id: root, ...description });
  const compiled = new Map<string, ValidateFunction>();
  return (pointer, value) => {
    const way = follow(description, pointer);
    if (read(description, way) === undefined) return [];
    const fragment = way.map((name) => `/${encodeURIComponent(name.replaceAll('/', '~1'))}`).join('');
    // Wrapped in an object, because ajv cannot convert a value without a parent.
    const validate =
      compiled.get(fragment) ??
      ajv.compile({ type: 'object', properties: { value: { $ref: `${root}#${fragment}` } } });
    compiled.set(fragment, validate);
    return validate({ value }) ? [] : (validate.errors ?? []).slice(0, 5).map(sentence);
  };
}

function sentence({ instancePath, message = 'is not valid', params }: ErrorObject): string {
  return `${instancePath} ${message} ${JSON.stringify(params)}`;
}

function checkParameters(
  description: Description,
  name: OperationName,
  { parameters, query }: Pick<Asked, 'parameters' | 'query'>,
  check: Check,
): string[] {
  const list = [...pointerOf(name), 'parameters'];
  const known = Object.keys(read(description, list) ?? {}).map((index) => {
    const pointer = follow(description, [...list, index]);
    const { name: own, in: place, required } = objectAt(description, pointer);
    return { pointer, name: own as string, place, required: required === true };
  });
  const unknown = [...query.keys()].filter(
    (key) => !known.some((parameter) => parameter.place === 'query' && parameter.name === key),
  );
  return [
    ...unknown.map((key) => `'${key}' is not a parameter`),
    ...known.flatMap((parameter) => {
      const given =
        (parameter.place === 'query' ? query.get(parameter.name) : parameters[parameter.name]) ?? undefined;
      if (given !== undefined) {
        return check([...parameter.pointer, 'schema'], given).map((wrong) => `'${parameter.name}': ${wrong}`);
      }
      return parameter.required ? [`'${parameter.name}' is missing`] : [];
    }),
  ];
}

/** Members of a body that are not in the description. GitHub ignores them silently. */
function undeclared(description: Description, schema: readonly string[], body: Json): string[] {
  const names = Object.keys(objectAt(description, [...schema, 'properties']));
  return Object.keys(body ?? {})
    .filter((name) => names.length > 0 && !names.includes(name))
    .map((name) => `the body's '${name}' is not described`);
}

function pointerOf(name: OperationName): string[] {
  const [method = '', path = ''] = name.split(' ');
  return ['paths', path, method];
}

function objectAt(description: Description, pointer: readonly string[]): JsonObject {
  return (read(description, pointer) ?? {}) as JsonObject;
}

/** Resolves a JSON pointer, and follows references. */
function read(description: Description, pointer: readonly string[]): Json | undefined {
  return step(description, follow(description, pointer));
}

/** Replaces each reference in a JSON pointer with its target. */
function follow(description: Description, pointer: readonly string[]): string[] {
  return pointer.reduce<string[]>((way, name) => {
    const next = [...way, name];
    const reference = (step(description, next) as JsonObject | null | undefined)?.['$ref'];
    return typeof reference === 'string' ? reference.slice('#/'.length).split('/') : next;
  }, []);
}

function step(description: Description, pointer: readonly string[]): Json | undefined {
  return pointer.reduce<Json | undefined>(
    (value, name) => (value as JsonObject | null | undefined)?.[name],
    description,
  );
}
