/**
 * GitHub's own description of its REST API (OpenAPI), as the npm package `@octokit/openapi` publishes it. It is installed once into the
 * cache of the platform's parts, cut to the operations that are played here, and never committed.
 */
import { createHash } from 'node:crypto';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Part, cacheFolder, install } from '../real/cache.ts';
import { run } from '../real/command.ts';
import { operations } from './operations.ts';

const version = '23.0.2';
const page = 'package/generated/api.github.com.json';

/** JSON as it is parsed. */
export type Json = string | number | boolean | null | Json[] | JsonObject;

export interface JsonObject {
  [name: string]: Json;
}

/** What is kept of the description: the paths that are played, and the components that these refer to. */
export interface Description extends JsonObject {
  paths: JsonObject;
  components: JsonObject;
}

/** Changes with everything that the cut depends on, so that an older one is not taken for it. */
const kept = createHash('sha256').update(JSON.stringify(operations)).digest('hex').slice(0, 8);

const part: Part = {
  name: `github-openapi-${version}-${kept}`,
  async fill(folder) {
    const command = npm();
    await run(command.program, [...command.args, 'pack', `@octokit/openapi@${version}`, '--silent'], {
      folder,
      environment: process.env,
      needs: 'npm',
    });
    const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
    await run('tar', ['-xzf', archive, page], { folder, environment: process.env, needs: 'tar' });
    const whole = JSON.parse(await readFile(join(folder, page), 'utf8')) as Description;
    await writeFile(join(folder, 'description.json'), JSON.stringify(cut(whole)));
    await Promise.all(
      [archive, 'package'].map((name) => rm(join(folder, name), { recursive: true, force: true })),
    );
  },
};

/** npm is a script of Node's, and on Windows no program that could be started by its name. */
function npm(): { program: string; args: string[] } {
  const script = process.env['npm_execpath'];
  return script?.endsWith('.js')
    ? { program: process.execPath, args: [script] }
    : { program: 'npm', args: [] };
}

let installing: Promise<string> | undefined;

/** Reads the description; the first time, and never again, it is downloaded (30 MB). */
export async function githubDescription(): Promise<Description> {
  const folder = await (installing ??= install(part, cacheFolder(process.env)));
  return JSON.parse(await readFile(join(folder, 'description.json'), 'utf8')) as Description;
}

/** The operations that are played, and what they refer to, however deep. */
function cut(whole: Description): Description {
  const description: Description = { paths: {}, components: {} };
  for (const [method, path] of operations) {
    const operation = at(whole, ['paths', path, method]);
    if (operation === undefined) throw new Error(`GitHub's description ${version} has no ${method} ${path}`);
    description.paths[path] = { ...object(description.paths[path]), [method]: schemaOf(operation) };
  }
  const seen = new Set<string>();
  const follow = (value: Json): void => {
    for (const reference of referencesIn(value)) {
      if (seen.has(reference)) continue;
      seen.add(reference);
      const names = reference.slice('#/'.length).split('/');
      const target = schemaOf(at(whole, names) ?? null);
      const [, kind = '', name = ''] = names;
      description.components[kind] = { ...object(description.components[kind]), [name]: target };
      follow(target);
    }
  };
  follow(description.paths);
  return description;
}

function referencesIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (value === null || typeof value !== 'object') return [];
  const { $ref: reference, ...others } = value;
  return [
    ...(typeof reference === 'string' ? [reference] : []),
    ...Object.values(others).flatMap(referencesIn),
  ];
}

/** OpenAPI 3.0 says `nullable: true` where JSON Schema has `null` among the types. */
function schemaOf(value: Json): Json {
  if (Array.isArray(value)) return value.map(schemaOf);
  if (value === null || typeof value !== 'object') return value;
  const { nullable, ...others } = Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, schemaOf(inner)]),
  );
  if (nullable === undefined || typeof nullable === 'object')
    return { ...others, ...(nullable && { nullable }) };
  return nullable === true ? { anyOf: [others, { type: 'null' }] } : others;
}

function at(value: Json, names: readonly string[]): Json | undefined {
  return names.reduce<Json | undefined>((inner, name) => object(inner)[name], value);
}

function object(value: Json | undefined): JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}
