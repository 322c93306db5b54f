import { startShared } from './jest-servers.ts';

// eslint-disable-next-line no-restricted-exports -- Jest calls the default export
export default (): Promise<void> => startShared(process.env);
