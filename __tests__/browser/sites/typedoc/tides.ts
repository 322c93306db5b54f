/** A wave that is part of a tide. */
export interface Harmonic {
  /** Metres. */
  readonly amplitude: number;
  /** Radians. */
  readonly phase: number;
}

/** A place where tides were measured. */
export class Station {
  readonly name: string;
  readonly #harmonics: readonly Harmonic[];

  constructor(name: string, harmonics: readonly Harmonic[]) {
    this.name = name;
    this.#harmonics = harmonics;
  }

  /**
   * Height of the tide.
   *
   * ```ts
   * new Station('Aberdeen', []).height(0);
   * ```
   *
   * @param hours since midnight
   */
  height(hours: number): number {
    return this.#harmonics.reduce(
      (sum, { amplitude, phase }) => sum + amplitude * Math.cos(phase * hours),
      0,
    );
  }
}
