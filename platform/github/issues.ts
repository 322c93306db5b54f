import { empty, json } from '../terrapi/answer.ts';
import type { JsonObject } from './description.ts';
import {
  type Call,
  type Handler,
  invalid,
  page,
  errorResponse,
  requireOne,
  showAccount,
  textOf,
} from './call.ts';
import type { Comment, Pull } from './github.ts';

const longest = 65_536;

export const listComments: Handler = (call) => {
  const pull = requirePull(call);
  const own = call.github.comments.filter(({ issue }) => issue === pull.number);
  return page(call, `/issues/${pull.number}/comments`, own, (comment) => showComment(call, comment));
};

export const createComment: Handler = (call) => {
  const { number, locked } = requirePull(call);
  if (locked) throw errorResponse(403, 'Unable to create comment because issue is locked.');
  const comment = { id: call.nextId(), issue: number, author: call.account, body: bodyOf(call) };
  call.github.comments.push(comment);
  return json(201, showComment(call, comment));
};

export const updateComment: Handler = (call) => {
  const comment = requireComment(call);
  comment.body = bodyOf(call);
  return json(200, showComment(call, comment));
};

export const deleteComment: Handler = (call) => {
  const { comments } = call.github;
  comments.splice(comments.indexOf(requireComment(call)), 1);
  return empty(204);
};

export const listPulls: Handler = (call) => {
  const { query, github } = call;
  const state = query.get('state') ?? 'open';
  const head = query.get('head');
  const found = github.pulls
    .filter((pull) => state === 'all' || pull.state === state)
    .filter(({ owner, branch }) => !head || head === `${owner}:${branch}`)
    .toReversed();
  return page(call, '/pulls', found, (pull) => showPull(call, pull));
};

export const getPull: Handler = (call) => {
  const pull = requireOne(
    call.github.pulls,
    ({ number }) => number === Number(call.parameters['pull_number']),
  );
  const example = call.contract.example('get /repos/{owner}/{repo}/pulls/{pull_number}', 200);
  return json(200, { ...example, ...showPull(call, pull) });
};

export const listPullsOfCommit: Handler = (call) => {
  const sha = call.parameters['commit_sha'] ?? '';
  const found = call.github.pulls.filter((pull) => pull.sha === sha);
  return page(call, `/commits/${sha}/pulls`, found, (pull) => showPull(call, pull));
};

function requirePull({ github, parameters }: Call): Pull {
  return requireOne(github.pulls, ({ number }) => number === Number(parameters['issue_number']));
}

function requireComment({ github, parameters }: Call): Comment {
  return requireOne(github.comments, ({ id }) => id === Number(parameters['comment_id']));
}

function bodyOf(call: Call): string {
  const text = textOf(call, 'body');
  if (text.trim() === '') throw invalid('IssueComment', 'body', `Body can't be blank`);
  if (Array.from(text).length > longest)
    throw invalid('IssueComment', 'body', `Body is too long (maximum is ${longest} characters)`);
  return text;
}

function showComment({ contract, github }: Call, { id, issue, author, body }: Comment): JsonObject {
  const example = contract.example('post /repos/{owner}/{repo}/issues/{issue_number}/comments', 201);
  const html = `https://github.com/${github.repository}/pull/${issue}#issuecomment-${id}`;
  return { ...example, id, body, html_url: html, user: showAccount(example['user'], author) };
}

function showPull(
  { contract, github }: Call,
  { number, state, owner, branch, sha, locked = false }: Pull,
): JsonObject {
  const example = contract.example('get /repos/{owner}/{repo}/pulls', 200);
  const [baseOwner = '', name = ''] = github.repository.split('/');
  const head = example['head'] as JsonObject;
  const base = example['base'] as JsonObject;
  const repository = (of: string, id: number) => ({
    ...(head['repo'] as JsonObject),
    id,
    name,
    full_name: `${of}/${name}`,
  });
  return {
    ...example,
    number,
    state,
    locked,
    // The example's teams do not match their own schema.
    requested_teams: [],
    head: {
      ...head,
      ref: branch,
      sha,
      label: `${owner}:${branch}`,
      repo: repository(owner, owner === baseOwner ? 1 : 2),
    },
    base: { ...base, ref: 'main', label: `${baseOwner}:main`, repo: repository(baseOwner, 1) },
  };
}
