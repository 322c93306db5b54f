import { embeddedCases } from './embedded.ts';

embeddedCases('storage');
