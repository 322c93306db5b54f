import { messageOf } from '../errors/error.ts';
import type { Host } from '../hosts/host.ts';
import type { ReportFailure, ReportKind, Reporter } from '../hosts/reporter.ts';

/** The input that asks for a report. */
const inputOf: Readonly<Record<ReportKind, string>> = {
  comment: 'comment',
  deployment: 'environment',
  release: 'release',
};

/** Tries to write reports. An error of one report never fails the step, or another report. */
export class ReportFailures {
  readonly #host: Pick<Host, 'log' | 'name'>;
  readonly #reporter: Reporter;
  readonly #failures: ReportFailure[] = [];

  constructor(host: Pick<Host, 'log' | 'name'>, reporter: Reporter) {
    this.#host = host;
    this.#reporter = reporter;
  }

  /**
   * @param name what the report is about; a function if that is known only later
   * @param writer undefined if the host has no reports of this kind
   * @returns what `write` returns; undefined if the report could not be written
   */
  async try<W, T>(
    kind: ReportKind,
    name: string | (() => string),
    writer: W | undefined,
    write: (writer: W) => Promise<T>,
  ): Promise<T | undefined> {
    const { log, name: host } = this.#host;
    if (writer === undefined) {
      log.warning(
        'reports-unsupported',
        `The ${kind} was not written: ${host} has no ${kind}s. Remove input '${inputOf[kind]}'.`,
      );
      return undefined;
    }
    try {
      return await write(writer);
    } catch (error) {
      this.#failures.push({ kind, name: typeof name === 'string' ? name : name(), error });
      return undefined;
    }
  }

  /** Warns about the failures so far. Call it when all reports were tried, so that one warning can be about several. */
  warn(): void {
    const failures = this.#failures.splice(0);
    if (failures.length === 0) return;
    for (const { code, text, details = [] } of this.#reporter.explain(failures))
      this.#host.log.warning(code, [text, ...details]);
  }
  /** Logs which reports do not say that the run failed. This is not a warning, because the run already has an error. */
  logUnwritten(): void {
    const failures = this.#failures.splice(0);
    if (failures.length === 0) return;
    const names = failures.map(({ kind, name }) =>
      kind === 'comment' ? `the ${kind} ${name}` : `the ${kind} to '${name}'`,
    );
    for (const { error } of failures) this.#host.log.debug(messageOf(error));
    this.#host.log.info(`Could not report the failure of this run in ${names.sort().join(' and ')}`);
  }
}
