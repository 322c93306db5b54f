import { systemCode } from '../../errors/error.ts';
import type { Environment, TextStream } from '../provider.ts';

/** Errors of a reader that went away, e.g. `head`. They are no error of the writer. */
const closed = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'ECONNRESET']);

/** Writes to a stream of this process. @param onError gets any error except that the reader closed the pipe */
export function textStream(
  stream: NodeJS.WriteStream,
  env: Environment,
  onError: (error: Error) => void,
): TextStream {
  stream.on('error', (error: Error) => {
    if (!closed.has(systemCode(error) ?? '')) onError(error);
  });
  const isTerminal = stream.isTTY;
  return {
    write: (text) => void stream.write(text),
    isTerminal,
    get columns() {
      return stream.columns || 80;
    },
    hasColors: isTerminal && stream.hasColors({ ...env }),
  };
}
