import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import { trustCases } from '../cases/trust.ts';

trustCases('src/main', startEmbeddedPlatform);
