import { expect, test } from '@playwright/test';

test.describe('tides', () => {
  test('add up', async ({}, info) => {
    await test.step('two waves', () => expect(1 + 1).toBe(2));
    await info.attach('heights.json', {
      body: JSON.stringify({ heights: [1, 2] }),
      contentType: 'application/json',
    });
    await info.attach('chart.svg', {
      body: '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"><rect width="80" height="40" fill="teal"/></svg>',
      contentType: 'image/svg+xml',
    });
  });

  test('are not there on the moon', () => {
    test.skip(true, 'no water');
  });
});
