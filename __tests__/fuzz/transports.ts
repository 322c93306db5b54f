import { createClocks } from '../../src/http/clock.ts';
import type { RetryPolicy } from '../../src/http/retry.ts';
import type { Transport } from '../../src/http/transport.ts';

/** No retries: a case has one answer for each request. */
export const once: RetryPolicy = { baseMs: 1, maxMs: 1, budgetMs: 0 };

/** A response: status, body and headers. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A transport that answers from a function, without a network. It records the addresses of all requests. */
export function answering(answer: (url: URL, count: number) => Answer): {
  readonly transport: Transport;
  readonly asked: URL[];
} {
  const asked: URL[] = [];
  const fetch: typeof globalThis.fetch = (input) => {
    const url = new URL(input instanceof Request ? input.url : input);
    asked.push(url);
    const { status, body, headers = {} } = answer(url, asked.length);
    const hasBody = body !== '' && ![204, 205, 304].includes(status);
    return Promise.resolve(
      new Response(hasBody ? body : null, {
        status,
        headers: { 'content-type': 'application/json', ...headers },
      }),
    );
  };
  const { signal } = new AbortController();
  const never = () => {
    throw new Error('This transport has no dispatcher');
  };
  const scope = {
    fetch,
    signal,
    get dispatcher() {
      return never();
    },
  };
  return {
    transport: {
      ...{ fetch, signal },
      dispatcher: undefined as never,
      cleanup: scope,
      clockOf: createClocks(),
      plainHttp: false,
      connection: { tls: { rejectUnauthorized: true }, timeoutMs: 1_000, plainHttp: false },
      close: () => Promise.resolve(),
    },
    asked,
  };
}
