import { randomUUID } from 'node:crypto';

const course = ['pending', 'scheduled', 'processing', 'completed'] as const;

/** Background jobs. A job advances by one state with each request for it. */
export class Jobs {
  readonly #looks = new Map<string, number>();

  /** @returns the ID of a new job */
  begin(): string {
    const id = randomUUID();
    this.#looks.set(id, 0);
    return id;
  }

  /** `unknown` for an ID without a job. */
  look(id: string): (typeof course)[number] | 'unknown' {
    const looks = this.#looks.get(id);
    if (looks === undefined) return 'unknown';
    this.#looks.set(id, looks + 1);
    return course[Math.min(looks, course.length - 1)] ?? 'completed';
  }
}
