/**
 * The forms of a masked value that a hosted runner looks for: the value itself, base64 from each of the three byte
 * positions at which it may begin, and as JSON, a URL, XML or an expression would escape it. A job output that holds
 * one of them is dropped; act drops none. Follows the value encoders of actions/runner.
 */
export function hiddenForms(value: string): string[] {
  const bytes = Buffer.from(value);
  const forms = [
    value,
    ...[0, 1, 2].map((shift) => bytes.subarray(bytes.length > shift ? shift : 0).toString('base64')),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    value.replaceAll("'", "''"),
    escapeXml(value),
  ];
  return [...new Set(forms)].filter((form) => form !== '');
}

const entities: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '&': '&amp;',
};

function escapeXml(value: string): string {
  return value.replace(/[<>"'&]/g, (character) => entities[character] ?? character);
}
