import { embeddedCases } from './embedded.ts';

embeddedCases('command');
