import { describe } from '@jest/globals';

import { overwritingCases } from '../cases/overwriting.ts';
import { publishCases } from '../cases/publish.ts';
import { onVersitygw } from './gateway.ts';

const subject = onVersitygw();

describe('publish', () => publishCases(subject, { fileCount: 60, largeFile: 40 * 1024 ** 2 }));
describe('overwriting', () => overwritingCases(subject));
