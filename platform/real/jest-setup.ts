import announce from '../../__tests__/announce.ts';
import { startShared } from './jest-servers.ts';

// eslint-disable-next-line no-restricted-exports -- Jest calls the default export
export default (...of: Parameters<typeof announce>): Promise<void> => {
  announce(...of);
  return startShared(process.env);
};
