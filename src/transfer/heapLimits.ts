import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Bytes of the space for new objects from which on the heap is limited. */
const enough = 16 * 1024 ** 2;

let isLimited = false;

/**
 * Limits the memory of programs that allocate much. V8 doubles the space for new objects while a program allocates many, up to 128 MiB on a machine
 * with much memory. A transfer allocates many objects and keeps few: with 16 MiB it uses less memory and no more CPU (figures in bench/README.md).
 *
 * It waits until the space has grown, after garbage collections. A runner passes no command line options to actions, and V8 compiles modules of
 * Node.js from the source when a flag has changed: a start takes 10 % longer, and a worker thread starts in twice the time.
 */
export function watchHeap(): void {
  const observer = new PerformanceObserver(() => {
    limitHeap();
    if (isLimited) observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}

/** Limits the heap if it has grown. Call it now and then in synchronous code, which the observer of {@link watchHeap} cannot interrupt. */
export function limitHeap(): void {
  if (isLimited) return;
  const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  if (!space || space.space_size < enough) return;
  isLimited = true;
  setFlagsFromString('--semi-space-growth-factor=1');
  // Long-lived buffers move to the old space. By default, V8 collects that space only after it has grown fourfold.
  setFlagsFromString('--heap-growing-percent=40');
}
