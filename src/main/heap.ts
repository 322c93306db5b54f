import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/*
 * V8 doubles the space for new objects while a program allocates many, up to 128 MiB on a machine with much memory. A transfer allocates many
 * objects and keeps few: with 16 MiB it uses less memory and no more CPU (figures in bench/README.md). The size limit is a command line
 * option, and a runner passes none to actions. The growth factor can be set at any time. So the space grows by eight once, while the program
 * starts, and then keeps its size.
 */
setFlagsFromString('--semi-space-growth-factor=8');

const enough = 8 * 1024 ** 2;

/** Fixes the size of the space for new objects. Call it when the program has started. */
export function holdNewSpace(): void {
  const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  if (space && space.space_size >= enough) setFlagsFromString('--semi-space-growth-factor=1');
  // Long-lived buffers move to the old space. By default, V8 collects that space only after it has grown fourfold.
  setFlagsFromString('--heap-growing-percent=40');
}
