import { writeFileSync } from 'node:fs';

import { ActionError, messageOf } from '../errors/error.ts';
import type { Outputs } from './commands.ts';
import { variableOf } from './inputs.ts';

/** GitLab rejects a file of 5 KiB or more, and one with more than 20 variables (GitLab, "artifacts:reports:dotenv"). */
const mostBytes = 5 * 1024 - 1;
/** GitLab rejects a longer `environment:url`. */
const mostUrlCharacters = 255;

/** The outputs that become variables, e.g. `TERRAPI_S3_URI`. None of the variables is an input, because later jobs inherit them. */
const outputNames = [
  's3-uri',
  'expires-at',
  'file-count',
  'total-bytes',
  'uploaded-count',
  'unchanged-count',
  'deleted-count',
  'comment-id',
];

/**
 * The variables of a command's outputs, for `artifacts:reports:dotenv` of GitLab CI/CD. TERRAPI_URL is missing if the file would be too large
 * with it. TERRAPI_ENVIRONMENT_URL is for `environment:url`: the link if that is short enough, else the job's page.
 * @param jobUrl URL of the job's page; may be empty
 */
export function dotenvText(outputs: Outputs, jobUrl: string): string {
  const url = String(outputs.get('url') ?? '');
  const environmentUrl = url !== '' && url.length <= mostUrlCharacters ? url : jobUrl;
  const variables = [
    ...outputNames.flatMap((name) =>
      outputs.has(name) ? [[variableOf(name), outputs.get(name)] as const] : [],
    ),
    ...(outputs.has('url') && environmentUrl !== ''
      ? [['TERRAPI_ENVIRONMENT_URL', environmentUrl] as const]
      : []),
    ...(url === '' ? [] : [['TERRAPI_URL', url] as const]),
  ];
  let text = '';
  for (const [name, value] of variables) {
    const line = `${name}=${String(value)}\n`;
    if (isSafe(String(value)) && Buffer.byteLength(text + line) <= mostBytes) text += line;
  }
  return text;
}

/** GitLab reads single lines, removes spaces at their ends, and replaces `$name` by the value of another variable. */
function isSafe(value: string): boolean {
  return !/[\p{Cc}$]/u.test(value) && value.trim() === value;
}

/**
 * Writes a dotenv file. Call it with an empty text before the command runs, so that a wrong path fails at once.
 * @throws ActionError `outputs-not-set`
 */
export function writeDotenv(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new ActionError(
      'outputs-not-set',
      `File ${file} of --dotenv cannot be written: ${messageOf(error)}`,
      {
        hint: `Check that its folder exists and is writable, and that the disk has free space.`,
        cause: error,
      },
    );
  }
}
