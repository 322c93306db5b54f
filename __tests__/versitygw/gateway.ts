import { afterAll, beforeAll } from '@jest/globals';

import type { Platform } from '../../platform/platform.ts';
import { startVersitygwPlatform } from '../../platform/versitygw/index.ts';
import type { Subject } from '../support/subject.ts';

/** Runs the bundle on an embedded platform whose storage is Versity S3 Gateway. The tests of a file share it. */
export function onVersitygw(): () => Subject {
  let platform: Platform | undefined;
  beforeAll(async () => {
    platform = await startVersitygwPlatform();
  }, 900_000);
  afterAll(() => platform?.stop());
  return () => {
    if (platform === undefined) throw new Error('The platform has not started.');
    return { platform, entries: 'dist' };
  };
}
