import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import { keylessRenewalCases } from '../cases/keyless.ts';
import { certificateCases } from '../cases/certificates.ts';
import { embeddedCases, onEmbeddedPlatform } from './embedded.ts';

embeddedCases('identity');
certificateCases('src/main', startEmbeddedPlatform);

/** Tokens expire while their sessions are used. */
const lives = { tokenSeconds: 3, sessionSeconds: 4, uploadSeconds: 10 };
keylessRenewalCases(onEmbeddedPlatform({ accessTokenSeconds: lives.tokenSeconds }), lives);
