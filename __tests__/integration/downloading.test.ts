import { embeddedCases } from './embedded.ts';

embeddedCases('downloading');
