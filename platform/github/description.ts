/**
 * GitHub's OpenAPI description of its REST API, from the npm package `@octokit/openapi`. It is downloaded once into the cache, and reduced to
 * the operations that the stand-in supports. It is never committed.
 */
import { createHash } from 'node:crypto';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Part, cacheFolder, install } from '../real/cache.ts';
import { run } from '../real/command.ts';
import { operations } from './operations.ts';

const version = '23.0.2';
const page = 'package/generated/api.github.com.json';

/** Parsed JSON. */
export type Json = string | number | boolean | null | Json[] | JsonObject;

export interface JsonObject {
  [name: string]: Json;
}

/** The reduced description: the supported paths, and the components that they refer to. */
export interface Description extends JsonObject {
  paths: JsonObject;
  components: JsonObject;
}

/** Part of the cache's file name. It changes with the supported operations, so that an outdated file is not used. */
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

/** The command to run npm. On Windows, npm is a script, so Node.js must run it. */
function npm(): { program: string; args: string[] } {
  const script = process.env['npm_execpath'];
  return script?.endsWith('.js')
    ? { program: process.execPath, args: [script] }
    : { program: 'npm', args: [] };
}

let installing: Promise<string> | undefined;

/** Reads the description. The first call downloads it (30 MB). */
export async function githubDescription(): Promise<Description> {
  const folder = await (installing ??= install(part, cacheFolder(process.env)));
  return JSON.parse(await readFile(join(folder, 'description.json'), 'utf8')) as Description;
}

/** Reduces the description to the supported operations and all that they refer to. */
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

/** Converts `nullable: true` of OpenAPI 3.0 to the type `null` of JSON Schema. */
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
