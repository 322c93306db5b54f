import { clientApp, platformScope, workspaces } from './catalogue.ts';
import type { Platform } from './platform.ts';

/**
 * The inputs that every run on a platform needs, with the client app that has access to all workspaces.
 * @param platform `caCertificate`: PEM text or the path of a file
 */
export function inputsFor(
  platform: Pick<Platform, 'issuer' | 'apiUrl'> & { readonly caCertificate?: string | undefined },
): Record<string, string> {
  const { issuer, apiUrl, caCertificate } = platform;
  return {
    'client-id': clientApp.id,
    'client-secret': clientApp.secret,
    issuer,
    'api-url': apiUrl,
    platforms: platformScope,
    workspace: workspaces.main,
    ...(caCertificate !== undefined && { 'ca-certificates': caCertificate }),
  };
}

/** The same for the command: a variable for each input. */
export function variablesFor(platform: Parameters<typeof inputsFor>[0]): Record<string, string> {
  const inputs = Object.entries(inputsFor(platform));
  return Object.fromEntries(
    inputs.map(([name, value]) => [`TERRAPI_${name.toUpperCase().replaceAll('-', '_')}`, value]),
  );
}
