import { embeddedCases } from './embedded.ts';

embeddedCases('files');
