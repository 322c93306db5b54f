import { listen } from '../../platform/listener.ts';

/** A host that must never get a request. */
export interface OtherHost {
  readonly origin: string;
  /** Paths of all requests so far. */
  readonly requests: string[];
  readonly close: () => Promise<void>;
}

export async function startOtherHost(): Promise<OtherHost> {
  const requests: string[] = [];
  const listener = await listen(undefined, undefined);
  listener.handle((request, response) => {
    requests.push(request.url ?? '');
    response.setHeader('access-control-allow-origin', '*').end();
  });
  return { origin: `http://localhost:${listener.port}`, requests, close: () => listener.close() };
}
