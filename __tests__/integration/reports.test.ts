import { describe } from '@jest/globals';

import { deploymentCases } from '../cases/reports/deployments.ts';
import { releaseCases } from '../cases/reports/releases.ts';
import { allReportCases } from '../cases/reports/allReports.ts';
import { besideGithub } from './embedded.ts';

// Reports of failed runs, and those of `links` and `remove`, are tested on the real platform only, to keep `npm test` short.
const subject = besideGithub();

describe('deployments', () => deploymentCases(subject));
describe('releases', () => releaseCases(subject));
describe('together', () => allReportCases(subject));
