import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { runWorkflow } from './act.ts';

const metadata = `
name: echo
description: Hands an input back
inputs:
  text: { description: Text, required: true }
outputs:
  text: { description: The same text }
runs: { using: node24, main: index.js }
`;

const program = `
import { appendFileSync } from 'node:fs';
const { INPUT_TEXT: text, GITHUB_OUTPUT, GITHUB_STEP_SUMMARY, GITHUB_REPOSITORY } = process.env;
console.log('::add-mask::hush-hush');
console.log('hush-hush, ' + text + ' from ' + GITHUB_REPOSITORY + ' on Node.js ' + process.versions.node);
console.log('::warning title=Careful::mind the gap%0Aand the step');
console.log('::notice::all is well');
appendFileSync(GITHUB_OUTPUT, 'text<<END\\n' + text + '\\nline 2\\nEND\\n');
appendFileSync(GITHUB_STEP_SUMMARY, '# ' + text + '\\n');
if (text === 'fail') {
  console.log('::error::told to fail');
  process.exitCode = 1;
}
`;

async function addEchoAction(checkout: string): Promise<void> {
  const folder = join(checkout, 'echo');
  await mkdir(folder);
  await writeFile(join(folder, 'action.yml'), metadata);
  await writeFile(join(folder, 'index.js'), program);
}

function runEcho(text: string) {
  return runWorkflow({
    workflow: 'echo.yml',
    variables: { TEXT: text },
    secrets: { WORD: 'open sesame' },
    payload: { after: 'c0ffee' },
    prepare: addEchoAction,
  });
}

describe('the test harness', () => {
  test('returns outputs, summary, annotations, masks, and the input of the next job', async () => {
    const run = await runEcho('hello');
    expect(run.exitCode).toBe(0);
    expect(run.step('first', 'echo')).toEqual({
      result: 'success',
      outputs: { text: 'hello\nline 2' },
      summary: '# hello\n',
    });
    expect(run.annotations).toEqual([
      { level: 'warning', message: 'mind the gap\nand the step' },
      { level: 'notice', message: 'all is well' },
    ]);
    expect(run.masks).toEqual(['hush-hush']);
    expect(run.step('second', 'received').outputs['text']).toBe('hello\nline 2');
  });

  test('runs on the declared Node.js, masks like a runner, and passes on the event', async () => {
    const { log } = await runEcho('hello');
    expect(log).toContain('***, hello from example/site on Node.js 24.');
    expect(log).not.toContain('hush-hush');
    expect(log).toContain('the secret is ***, the event c0ffee');
    expect(log).not.toContain('open sesame');
  });

  test('a failing step fails the run and skips the jobs that need it', async () => {
    const run = await runEcho('fail');
    expect(run.exitCode).toBe(1);
    expect(run.step('first', 'echo').result).toBe('failure');
    expect(run.annotations).toContainEqual({ level: 'error', message: 'told to fail' });
    expect(() => run.step('second', 'received')).toThrow('ran no step "received"');
  });
});
