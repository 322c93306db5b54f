import { stopShared } from './jest-servers.ts';

// eslint-disable-next-line no-restricted-exports -- Jest calls the default export
export default stopShared;
