import { describe } from '@jest/globals';

import { overwritingCases } from '../cases/overwriting.ts';
import { onVersitygw } from './gateway.ts';

const subject = onVersitygw();

describe('overwriting', () => overwritingCases(subject));
