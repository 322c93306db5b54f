import * as core from '@actions/core';

import { outputLines, withGroups, withHelp } from '../outputLines.ts';
import type { Log, Text } from '../host.ts';

/** The functions of a host that print. */
export interface Console {
  readonly log: Log;
  readonly error: (text: Text) => void;
  /** Masks a text in the runner's log, if the runner can. */
  readonly mask: (text: string) => void;
}

/** Prints workflow commands, for a runner (GitHub, "Workflow commands for GitHub Actions"). */
export function commandConsole(): Console {
  const block = (text: Text) => outputLines(text).join('\n');
  const annotation = (title: string | undefined) => (title === undefined ? {} : { title: block(title) });
  return {
    log: withGroups({
      debug: (text) => core.debug(block(text)),
      info: (text) => core.info(block(text)),
      notice: (text, title) => core.notice(block(text), annotation(title)),
      warning: (code, text, title) => core.warning(block(withHelp(code, text)), annotation(title)),
      openGroup: (title) => {
        core.startGroup(block(title));
        return () => core.endGroup();
      },
    }),
    error: (text) => core.error(block(text)),
    mask: (text) => core.setSecret(text),
  };
}

/**
 * Prints workflow commands for the runners of Gitea and Forgejo. They do not resolve escapes and drop titles, so a command has one line of
 * text as it is. The other lines follow as plain lines. These forges have no annotations.
 */
export function lineConsole(): Console {
  const annotate = (command: string, text: Text, title?: string) => {
    const [first = '', ...others] = outputLines(text);
    const subject = title === undefined ? '' : `${outputLines(title).join(' ')}: `;
    core.info([`::${command}::${subject}${first}`, ...others].join('\n'));
  };
  return {
    log: withGroups({
      debug: (text) => {
        for (const line of outputLines(text)) core.info(`::debug::${line}`);
      },
      info: (text) => core.info(outputLines(text).join('\n')),
      notice: (text, title) => annotate('notice', text, title),
      warning: (code, text, title) => annotate('warning', withHelp(code, text), title),
      openGroup: (title) => {
        core.info(`::group::${outputLines(title).join(' ')}`);
        return () => core.endGroup();
      },
    }),
    error: (text) => annotate('error', text),
    // The runner masks the text of this command as it is. The escaped form is for runners that resolve escapes.
    mask: (text) => {
      for (const line of text.split(/[\r\n]+/).filter(Boolean)) {
        core.info(`::add-mask::${line}`);
        if (line.includes('%')) core.setSecret(line);
      }
    },
  };
}

/** Prints plain text, for a terminal. It prints no `::add-mask::`, which would show the secret there. */
export function plainConsole(isDebug: boolean): Console {
  const print = (text: Text, prefix = '') => core.info(`${prefix}${outputLines(text).join('\n')}`);
  return {
    log: withGroups({
      debug: (text) => {
        if (isDebug) print(text, 'Debug: ');
      },
      info: (text) => print(text),
      notice: (text) => print(text, 'Notice: '),
      warning: (code, text) => print(withHelp(code, text), 'Warning: '),
      openGroup: (title) => {
        print(title);
        return () => undefined;
      },
    }),
    error: (text) => print(text, 'Error: '),
    mask: () => undefined,
  };
}
