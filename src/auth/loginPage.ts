import type { MessageCode } from '../errors/codes.ts';

/** The page on which the browser ends after a login. It has no secret, no script, and loads nothing. */
export function successPage(): string {
  return page('You are logged in', ['Close this page, and return to the terminal.']);
}

export function failurePage(code: MessageCode | undefined): string {
  const reason = code === 'login-denied' ? 'The login was denied.' : 'The login did not succeed.';
  return page('You are not logged in', [reason, 'The terminal says why, and what to do next.']);
}

function page(title: string, paragraphs: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} – upload-to-workspace</title>
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 32rem; padding: 0 1rem }
@media (prefers-color-scheme: dark) { body { background: #16181c; color: #e8e8e8 } }
</style>
</head>
<body>
<h1>${title}</h1>
${paragraphs.map((text) => `<p>${text}</p>`).join('\n')}
</body>
</html>
`;
}
