import { embeddedCases } from './embedded.ts';

embeddedCases('interruptions');
