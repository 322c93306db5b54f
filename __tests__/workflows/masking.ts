/**
 * The forms of a masked value that a hosted runner searches for: the value, its Base64 from each of three byte offsets, and its escaped forms
 * in JSON, URLs, XML and expressions. A runner drops job outputs that contain one of them, act does not. Source: the value encoders of
 * actions/runner.
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
