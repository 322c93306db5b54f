import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Bytes. */
const enough = 8 * 1024 ** 2;

/**
 * Limits the memory of programs that allocate much. V8 doubles the space for new objects while a program allocates many, up to 128 MiB on a machine
 * with much memory. A transfer allocates many objects and keeps few: with 16 MiB it uses less memory and no more CPU (figures in bench/README.md).
 *
 * The limits are set when the space has grown, after a garbage collection. A runner passes no command line options to actions, and V8 compiles
 * modules of Node.js from the source when a flag has changed: a start takes 10 % longer, and a worker thread starts in twice the time.
 */
export function limitHeap(): void {
  const observer = new PerformanceObserver(() => {
    const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    if (!space || space.space_size < enough) return;
    observer.disconnect();
    setFlagsFromString('--semi-space-growth-factor=1');
    // Long-lived buffers move to the old space. By default, V8 collects that space only after it has grown fourfold.
    setFlagsFromString('--heap-growing-percent=40');
  });
  observer.observe({ entryTypes: ['gc'] });
}
