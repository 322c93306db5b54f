import * as core from '@actions/core';

import { type MessageCode, helpLine } from '../../errors/codes.ts';
import { printed } from '../output.ts';
import type { Log, Text } from '../host.ts';

/** A log, and what a host writes beside it. */
export interface Console {
  readonly log: Log;
  readonly error: (text: Text) => void;
  /** Has whatever shows the log mask a text, where it can. */
  readonly mask: (text: string) => void;
}

/** For a runner that reads workflow commands (GitHub, "Workflow commands for GitHub Actions"). */
export function commandConsole(): Console {
  const block = (text: Text) => printed(text).join('\n');
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

/** For anything else: there a command would be text like any other, and one that masks would show what it is to hide. */
export function plainConsole(isDebug: boolean): Console {
  const print = (text: Text, prefix = '') => core.info(`${prefix}${printed(text).join('\n')}`);
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

function withHelp(code: MessageCode, text: Text): Text {
  return [...[text].flat(), helpLine(code)];
}

function withGroups(log: Omit<Log, 'group'>): Log {
  return {
    ...log,
    group: (title, lines) => {
      const end = log.openGroup(title);
      if (lines.length > 0) log.info(lines);
      end();
    },
  };
}
