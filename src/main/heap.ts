import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/*
 * V8 lets the space for new objects double, as long as a program makes many, to 128 MiB on a machine with much memory. A transfer makes
 * many and keeps few: with 16 MiB it takes no more CPU, and less memory (bench/README.md has figures). How far that space grows can be
 * said on the command line alone, and a runner has none for actions; by which factor it grows can be said at any time. So it grows
 * once by eight, which happens while the program starts, and then no more.
 */
setFlagsFromString('--semi-space-growth-factor=8');

const enough = 8 * 1024 ** 2;

/** Has the space for new objects stay as it is, once the program has started and it is large enough. */
export function holdNewSpace(): void {
  const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  if (space && space.space_size >= enough) setFlagsFromString('--semi-space-growth-factor=1');
  // What is under way for long leaves that space before it is done with, and is collected with the old: by default when those have grown fourfold.
  setFlagsFromString('--heap-growing-percent=40');
}
