import { describe } from '@jest/globals';

import { deploymentCases } from '../cases/reports/deployments.ts';
import { failureCases } from '../cases/reports/failures.ts';
import { releaseCases } from '../cases/reports/releases.ts';
import { laterReportCases, allReportCases } from '../cases/reports/allReports.ts';
import { besideGithub } from './embedded.ts';

const subject = besideGithub();

describe('deployments', () => deploymentCases(subject));
describe('failures', () => failureCases(subject));
describe('releases', () => releaseCases(subject));
describe('together', () => allReportCases(subject));
describe('afterwards', () => laterReportCases(subject));
