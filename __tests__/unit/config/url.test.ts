import { expect, test } from '@jest/globals';

import { withoutSecrets } from '../../../src/config/url.ts';

test.each([
  ['https://user:pw@host/path', 'https://***@host/path'],
  ['https:user:pw@host', 'https:***@host'],
  ['https://host/path?name=a@b&X-Amz-Signature=s3cret', 'https://***'],
  ['https://user:pw@host/path?X-Amz-Signature=s3cret', 'https://***@host/path?***'],
  ['https://host/path#a@s3cret', 'https://***'],
  ['ftp://host/path', 'ftp://host/path'],
])('%s is shown as %s', (given, shown) => {
  expect(withoutSecrets(given)).toBe(shown);
});
