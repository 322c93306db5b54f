import { embeddedCases } from './embedded.ts';

embeddedCases('messages');
