import * as core from '@actions/core';

import { excerpt } from '../printable.ts';
import { messageOf } from '../errors.ts';

/** Adds Markdown to the job summary. A summary that cannot be written is a warning: the upload is what counts. */
export async function writeSummary(markdown: string): Promise<void> {
  if (!process.env['GITHUB_STEP_SUMMARY']) return;
  try {
    await core.summary.addRaw(markdown, true).write();
  } catch (error) {
    core.warning(`The job summary could not be written: ${excerpt(messageOf(error))}`);
  }
}
