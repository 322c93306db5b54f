import { describe } from '@jest/globals';

import { removingCases } from '../cases/removing.ts';
import { onVersitygw } from './gateway.ts';

const subject = onVersitygw();

describe('removing', () =>
  removingCases(subject, { oddName: 'odd\nname <&>"', dateLag: 5_000, hidesObjects: false }));
