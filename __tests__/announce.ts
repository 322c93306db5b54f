/** Minutes that each suite takes on two processors that have nothing else to do. */
const minutes: Readonly<Record<string, number>> = { browser: 5, platform: 10, windows: 2, workflows: 2 };

// eslint-disable-next-line no-restricted-exports -- Jest calls the default export
export default function announce(
  { testPathPatterns }: { readonly testPathPatterns: { readonly isSet: () => boolean } },
  { displayName }: { readonly displayName?: { readonly name: string } },
): void {
  if (testPathPatterns.isSet()) return;
  const time = minutes[displayName?.name ?? ''] ?? 3;
  process.stderr.write(`These tests take about ${time} minutes on two processors.\n`);
}
