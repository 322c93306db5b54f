import { describe } from '@jest/globals';

import { automaticInputCases } from '../cases/automaticInputs.ts';
import { generatedNameCases } from '../cases/generatedNames.ts';
import { publishCases } from '../cases/publish.ts';
import { hostileNames } from '../support/fileNames.ts';
import { onVersitygw } from './gateway.ts';

const subject = onVersitygw();
/** The gateway lists keys in plain XML, which has no control characters. */
const hostile = hostileNames.filter((name) => !/[\u0007\u001b]/.test(name));

describe('publishing', () => publishCases(subject, { fileCount: 60, largeFile: 40 * 1024 ** 2, hostile }));
describe('generated names', () => generatedNameCases(subject));
describe('previews', () => automaticInputCases(subject));
