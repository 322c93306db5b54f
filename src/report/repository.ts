import { readFileSync } from 'node:fs';

/**
 * Whether anybody may look at the repository that this run belongs to, by the event that began the run (GitHub, "Webhook events and payloads":
 * `repository.visibility`, `repository.private`); undefined where the event does not say.
 */
export function isPublicRepository(eventFile = process.env['GITHUB_EVENT_PATH']): boolean | undefined {
  const repository = repositoryIn(eventFile);
  if (typeof repository?.visibility === 'string') return repository.visibility === 'public';
  return typeof repository?.private === 'boolean' ? !repository.private : undefined;
}

function repositoryIn(
  eventFile: string | undefined,
): { readonly visibility?: unknown; readonly private?: unknown } | undefined {
  if (!eventFile) return undefined;
  try {
    const event: unknown = JSON.parse(readFileSync(eventFile, 'utf8'));
    const found = typeof event === 'object' && event !== null && 'repository' in event && event.repository;
    return typeof found === 'object' && found !== null ? found : undefined;
  } catch {
    return undefined;
  }
}
