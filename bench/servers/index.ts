import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Inventory } from './inventory.ts';
import type { Answer, Credentials, Question, ServersDescription } from './protocol.ts';

export type ServersKind = 'minio' | 'taking' | 'embedded';

/** Servers in separate processes. */
export interface Servers extends ServersDescription {
  /** @param prefix prefix of the keys */
  inventory(prefix: string): Promise<Inventory>;
  /** Deletes all objects of the bucket. */
  empty(): Promise<void>;
  /** Opens a new session of the workspace. */
  openSession(): Promise<Credentials>;
  stop(): Promise<void>;
}

/** Round trip of the delayed route in milliseconds. */
export const roundTripMs = 20;

/**
 * Starts MinIO, the storage that keeps nothing, or the embedded S3 server, with an issuer and a TerrAPI stand-in. They end with this process.
 *
 * @throws if they do not start. The reason is on standard error
 */
export async function startServers(kind: ServersKind): Promise<Servers> {
  const child = fork(join(import.meta.dirname, `${kind}.ts`), [String(roundTripMs)]);
  const description = await answerOf<ServersDescription>(child, `start (${kind})`);
  const ask = async (question: Question): Promise<Exclude<Answer, { error: string }>> => {
    const answered = answerOf<Answer>(child, question.ask);
    child.send(question);
    const answer = await answered;
    if ('error' in answer) throw new Error(`The request to the servers failed: ${answer.error}`);
    return answer;
  };
  const inventory = async (question: Question): Promise<Inventory> => {
    const answer = await ask(question);
    if ('inventory' in answer) return answer.inventory;
    throw new Error(`Unexpected answer to ${question.ask}`);
  };
  return {
    ...description,
    inventory: (prefix) => inventory({ ask: 'inventory', prefix }),
    async empty() {
      const { objects } = await inventory({ ask: 'empty' });
      if (objects > 0) throw new Error(`The bucket still has ${objects} objects after it was emptied`);
    },
    async openSession() {
      const answer = await ask({ ask: 'session' });
      if ('credentials' in answer) return answer.credentials;
      throw new Error('Unexpected answer to session');
    },
    stop: () =>
      new Promise<void>((resolve) => {
        if (child.exitCode !== null) resolve();
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}

function answerOf<T>(child: ChildProcess, request: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error(`The servers of the benchmark ended: ${request}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}
