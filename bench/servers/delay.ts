/**
 * A TCP proxy that adds a delay: `node delay.ts <round trip ms> <port>...`. It runs in its own process, and sends the ports that it listens on
 * to its parent, in the same order.
 *
 * Every byte waits half a round trip in each direction, and a new connection waits a round trip for its handshake. Bandwidth is not limited,
 * and connections do not affect each other.
 */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Maximum bytes in transit in one direction of a connection, similar to a kernel's window. */
const window = 4 * 1024 ** 2;

interface Delivery {
  readonly due: number;
  readonly deliver: () => void;
}

/** Calls functions after a fixed delay, in their order, with one queue and one timer. */
class DelayLine {
  readonly #milliseconds: number;
  #waiting: Delivery[] = [];
  #running = false;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  add(deliver: () => void): void {
    this.#waiting.push({ due: performance.now() + this.#milliseconds, deliver });
    if (!this.#running) this.#sleep(this.#milliseconds);
  }

  #sleep(milliseconds: number): void {
    this.#running = true;
    // Timers fire up to a millisecond late, so calls that are due within half a millisecond run now.
    setTimeout(() => this.#deliver(), Math.max(0, milliseconds - 0.5));
  }

  #deliver(): void {
    const now = performance.now() + 0.5;
    let count = this.#waiting.findIndex(({ due }) => due > now);
    if (count === -1) count = this.#waiting.length;
    const due = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    for (const { deliver } of due) deliver();
    const [next] = this.#waiting;
    if (next === undefined) this.#running = false;
    else this.#sleep(next.due - performance.now());
  }
}

/** Forwards data from one socket to the other, with the delay. */
function pass(from: Socket, to: Socket, line: DelayLine): void {
  let delayed = 0;
  const full = (): boolean => delayed + to.writableLength >= window;
  const resume = (): void => {
    if (from.isPaused() && !full()) from.resume();
  };
  from.on('data', (chunk) => {
    delayed += chunk.length;
    if (full()) from.pause();
    line.add(() => {
      delayed -= chunk.length;
      if (!to.destroyed) to.write(chunk);
      resume();
    });
  });
  to.on('drain', resume);
  from.on('end', () => line.add(() => to.end()));
  from.on('error', () => to.destroy());
  from.on('close', () => line.add(() => to.destroySoon()));
}

async function listenFor(port: number, line: DelayLine, roundTrip: number): Promise<number> {
  const server: Server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
  server.on('connection', (client) => {
    const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    pass(client, upstream, line);
    pass(upstream, client, line);
    client.pause();
    setTimeout(() => client.resume(), roundTrip);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const [roundTrip = 0, ...ports] = process.argv.slice(2).map(Number);
const line = new DelayLine(roundTrip / 2);
process.on('disconnect', () => process.exit());
process.send?.(await Promise.all(ports.map((port) => listenFor(port, line, roundTrip))));
