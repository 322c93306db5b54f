import { type Terrapi, createTerrapi } from '../../../src/terrapi/terrapi.ts';
import { type Answer, type Asked, type LocalServer, serve, transport } from '../servers.ts';

export interface LocalTerrapi extends AsyncDisposable {
  readonly terrapi: Terrapi;
  readonly server: LocalServer;
  /** Tokens that the client replaced because TerrAPI refused them. */
  readonly refused: string[];
}

/** Retries end soon, because the servers of tests do not recover. */
export const policy = { baseMs: 1, maxMs: 20, budgetMs: 1_500, retryAfterBudgetMs: 90_000 };

/** A stand-in for TerrAPI core at `/core`, and a client of it with numbered tokens. */
export async function startTerrapi(
  answer: (asked: Asked, count: number) => Answer | undefined,
): Promise<LocalTerrapi> {
  const server = await serve(answer);
  const way = transport({ connections: 16 });
  const refused: string[] = [];
  let held = 1;
  const tokens = {
    token: () => Promise.resolve(`token-${held}`),
    refresh: (token: string) => {
      refused.push(token);
      held += 1;
      return Promise.resolve(`token-${held}`);
    },
  };
  return {
    terrapi: createTerrapi(new URL(`${server.url}/core`), tokens, way, 'test/1', { policy }),
    server,
    refused,
    [Symbol.asyncDispose]: async () => {
      await way.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
