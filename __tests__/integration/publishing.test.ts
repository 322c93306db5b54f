import { embeddedCases } from './embedded.ts';

embeddedCases('publishing');
