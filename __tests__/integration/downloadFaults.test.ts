import { embeddedCases } from './embedded.ts';

embeddedCases('downloadFaults');
