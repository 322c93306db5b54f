/** A line of a step's log, as the page of a run shows it. */
export interface LogEntry {
  readonly kind: 'group' | 'line' | 'warning' | 'error' | 'notice';
  readonly text: string;
  /** Whether the line is in a group. */
  readonly inGroup: boolean;
}

const shownCommands = ['group', 'warning', 'error', 'notice'] as const;

/**
 * Reads an action's output as a runner does. It interprets workflow commands (`::name key=value::text`), shows masked values as `***`, and
 * leaves debug lines out.
 */
export class LogReader {
  readonly #onEntry: (entry: LogEntry) => void;
  readonly #masks = new Set<string>();
  #rest = '';
  #inGroup = false;

  /** @param masks values that the runner always masks: the workflow's secrets */
  constructor(masks: readonly string[], onEntry: (entry: LogEntry) => void) {
    for (const mask of masks) this.#masks.add(mask);
    this.#onEntry = onEntry;
  }

  /** Reads a chunk of output, which may end within a line. */
  write(output: string): void {
    const lines = `${this.#rest}${output}`.split(/\r?\n/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#read(line);
  }

  end(): void {
    if (this.#rest) this.write('\n');
  }

  #read(line: string): void {
    const [, name, data = ''] = /^::([a-z-]+)(?: [^:]*)?::(.*)$/.exec(line) ?? [];
    if (name === undefined) this.#show('line', line);
    else if (name === 'add-mask') this.#masks.add(unescaped(data));
    else if (name === 'endgroup') this.#inGroup = false;
    else this.#command(name, unescaped(data));
  }

  #command(name: string, text: string): void {
    const kind = shownCommands.find((shown) => shown === name);
    if (!kind) return;
    if (kind === 'group') this.#inGroup = false;
    this.#show(kind, text);
    if (kind === 'group') this.#inGroup = true;
  }

  #show(kind: LogEntry['kind'], text: string): void {
    const masked = [...this.#masks].reduce((shown, mask) => shown.replaceAll(mask, '***'), text);
    this.#onEntry({ kind, text: masked, inGroup: this.#inGroup });
  }
}

/** Decodes the data of a workflow command: its line breaks and percent signs are escaped. */
function unescaped(data: string): string {
  return data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}
