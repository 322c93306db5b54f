import { randomUUID } from 'node:crypto';

const course = ['pending', 'scheduled', 'processing', 'completed'] as const;

/** Background jobs. A job moves on by one state each time it is looked at, so that a poll always gets somewhere. */
export class Jobs {
  readonly #looks = new Map<string, number>();

  /** @returns the id of a new job */
  begin(): string {
    const id = randomUUID();
    this.#looks.set(id, 0);
    return id;
  }

  /** `unknown` for an id that was never given out. */
  look(id: string): (typeof course)[number] | 'unknown' {
    const looks = this.#looks.get(id);
    if (looks === undefined) return 'unknown';
    this.#looks.set(id, looks + 1);
    return course[Math.min(looks, course.length - 1)] ?? 'completed';
  }
}
