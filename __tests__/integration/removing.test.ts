import { embeddedCases } from './embedded.ts';

embeddedCases('removing');
