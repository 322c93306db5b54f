import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientApp, platformScope, workspaces } from './catalogue.ts';
import { inputsFor } from './inputs.ts';
import type { Platform } from './platform.ts';

/**
 * A shell command that runs the upload action against the platform, in the folder of this repository. `env` sets the inputs, because a shell
 * has no variables with `-` in their names. The Node.js of node_modules is the version that runners have.
 *
 * @param caFile path of the PEM to trust; `undefined` over plain HTTP
 */
export function actionCommand(platform: Platform, caFile: string | undefined): string {
  const inputs = {
    ...inputsFor({ ...platform, caCertificate: caFile }),
    destination: 'docs',
    path: 'docs',
  };
  const variables = Object.entries(inputs).map(([name, value]) => `'INPUT_${name.toUpperCase()}=${value}'`);
  return `env ${variables.join(' ')} node_modules/.bin/node dist/upload.js`;
}

/**
 * Shell commands that go from a client secret to a signed download. They need curl and node only, and are pasted one after the other.
 *
 * @param caFile path of the PEM that curl has to trust; `undefined` over plain HTTP
 */
export function walkThrough(platform: Platform, caFile: string | undefined): string {
  const trust = caFile === undefined ? [] : [`export CURL_CA_BUNDLE=${caFile} NODE_EXTRA_CA_CERTS=${caFile}`];
  const field = (path: string): string =>
    `node -pe 'JSON.parse(require("fs").readFileSync(0, "utf8"))${path}'`;
  return [
    ...trust,
    `issuer=${platform.issuer} api=${platform.apiUrl} workspace=${workspaces.main}`,
    '',
    '# an access token, from the token endpoint in the discovery document',
    `token_endpoint=$(curl -sS $issuer/.well-known/openid-configuration | ${field('.token_endpoint')})`,
    `token=$(curl -sS $token_endpoint -d grant_type=client_credentials -d client_id=${clientApp.id} \\`,
    `  -d client_secret=${clientApp.secret} -d scope='openid ${platformScope}' | ${field('.access_token')})`,
    '',
    '# the list of workspaces, and the details of one',
    'curl -sS -H "authorization: Bearer $token" $api/v2/storage/workspaces; echo',
    'curl -sS -H "authorization: Bearer $token" $api/v2/storage/workspaces/$workspace; echo',
    '',
    '# a storage session, and an upload with it',
    'session=$(curl -sS -H "authorization: Bearer $token" "$api/v2/storage/token?storagePointId=$workspace")',
    `key=$(echo "$session" | ${field('.credentials.accessKey')})`,
    `secret=$(echo "$session" | ${field('.credentials.secretKey')})`,
    `session_token=$(echo "$session" | ${field('.credentials.token')})`,
    `object=${platform.storageUrl}/gep-build-outputs/ci/hello.txt`,
    'curl -sS --fail-with-body --aws-sigv4 aws:amz:fr-par:s3 --user "$key:$secret" \\',
    '  -H "x-amz-security-token: $session_token" -H "x-amz-content-sha256: UNSIGNED-PAYLOAD" \\',
    '  -H "content-type: text/plain" -X PUT --data-binary "hello, workspace" $object',
    '',
    '# a download through a link that the platform signs',
    'curl -sS -L -d "" -H "authorization: Bearer $token" \\',
    '  "$api/v2/storage/download?url=s3://gep-build-outputs/ci/hello.txt"; echo',
  ].join('\n');
}

/**
 * Writes the platform's certificate to a temporary file, for other programs.
 *
 * @returns its path; `undefined` over plain HTTP
 */
export function writeCaFile(platform: Platform): string | undefined {
  if (platform.caCertificate === undefined) return undefined;
  const path = join(mkdtempSync(join(tmpdir(), 'platform-ca-')), 'ca.pem');
  writeFileSync(path, platform.caCertificate);
  return path;
}
