import { startRealPlatform } from '../../platform/real/index.ts';
import { trustCases } from '../cases/trust.ts';

trustCases('dist', startRealPlatform);
