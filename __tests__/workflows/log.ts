/** The results of a run, from act's JSON log. */

export interface WorkflowRun {
  /** 0 if every job succeeded. A text if a signal ended act. */
  readonly exitCode: number | string;
  /** The readable log, with masked secrets. */
  readonly log: string;
  readonly annotations: readonly Annotation[];
  /** Values that the steps masked (`::add-mask::`). */
  readonly masks: readonly string[];
  /** Finds a step by the IDs of its job and itself. Throws if it did not run. */
  step(job: string, id: string): StepRun;
}

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly message: string;
}

export interface StepRun {
  readonly result: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Markdown of the job summary. */
  readonly summary: string;
}

/** The parts of a line of act's log that this module reads. */
interface Line {
  readonly msg?: string;
  readonly jobID?: string;
  readonly stepID?: readonly string[];
  readonly stage?: string;
  readonly stepResult?: string;
  readonly command?: string;
  readonly name?: string;
  readonly arg?: string;
  readonly content?: string;
  readonly raw?: string;
}

/** Parses the log of a run. */
export function readLog(text: string, exitCode: number | string): WorkflowRun {
  const lines = text.split('\n').filter(Boolean).map(readLine);
  const log = lines.map((line) => (line.msg ?? '').trimEnd()).join('\n');
  return {
    exitCode,
    log,
    annotations: lines.flatMap(annotationIn),
    masks: lines.filter((line) => line.command === 'add-mask').map((line) => line.arg ?? ''),
    step(job, id) {
      const own = lines.filter((line) => line.jobID === job && line.stepID?.join('/') === id);
      if (own.length === 0) throw new Error(`Job "${job}" ran no step "${id}"; the log is\n${log}`);
      return stepRun(own);
    },
  };
}

function readLine(text: string): Line {
  // The last line is incomplete if a signal ended act.
  return /^\{.*\}$/.test(text) ? (JSON.parse(text) as Line) : { msg: text };
}

function stepRun(lines: readonly Line[]): StepRun {
  const outputs = lines.filter((line) => line.command === 'set-output');
  const main = lines.find((line) => line.stepResult !== undefined && (line.stage ?? 'Main') === 'Main');
  return {
    result: main?.stepResult ?? 'unknown',
    outputs: Object.fromEntries(outputs.map((line) => [line.name ?? '', line.arg ?? ''])),
    summary: lines.map((line) => (line.command === 'summary' ? (line.content ?? '') : '')).join(''),
  };
}

// act does not know notices, and prints the line unchanged.
function annotationIn(line: Line): Annotation[] {
  const { command: level, arg: message = '' } = line;
  if (level === 'error' || level === 'warning') return [{ level, message }];
  const notice = /^::notice(?: [^:]*)?::(.*)/.exec(line.raw ?? '')?.[1];
  return notice === undefined ? [] : [{ level: 'notice', message: notice }];
}
