addEventListener('message', async ({ data }) => {
  const { sum } = await import('./sum.js');
  postMessage(sum(data));
});
