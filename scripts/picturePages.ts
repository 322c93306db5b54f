/** HTML pages that show a step's log, job summary and reports similar to GitHub. */
import type { LogEntry } from '../demo/log.ts';

const style = `
  * { box-sizing: border-box }
  body { margin: 0; padding: 14px; background: #fff; color: #1f2328;
    font: 14px/1.5 Inter, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif }
  a { color: #0969da; text-decoration: none }
  .box { border: 1px solid #d1d9e0; border-radius: 8px; overflow: hidden }
  .head { padding: 9px 16px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; font-weight: 600 }
  .head span { float: right; font-weight: 400; color: #59636e }
  .log { padding: 8px 0; font: 12px/20px 'JetBrains Mono', Consolas, Menlo, monospace;
    font-variant-ligatures: none }
  .log div { display: flex; white-space: pre }
  .log i { flex: 0 0 46px; padding-right: 14px; text-align: right; font-style: normal; color: #818b98 }
  .log p { margin: 0 16px 0 0; overflow: hidden; text-overflow: ellipsis }
  .log .in { padding-left: 16px }
  .log .warning { background: #fff8c5 }
  .log .error { background: #ffebe9 }
  .summary { padding: 4px 24px 20px }
  h3 { margin: 16px 0; font-size: 20px }
  table { border-collapse: collapse; width: 100% }
  th, td { border: 1px solid #d1d9e0; padding: 6px 13px; text-align: left }
  tr:nth-child(even) { background: #f6f8fa }
  code { padding: 2px 5px; border-radius: 6px; background: #eff1f3;
    font: 12px 'JetBrains Mono', Consolas, Menlo, monospace; font-variant-ligatures: none; white-space: nowrap }
  sub { font-size: 12px; color: #59636e }
  h2 { margin: 8px 0 0; font-size: 28px; font-weight: 600 }
  .tag { margin-left: 8px; padding: 2px 8px; border: 1px solid #1a7f37; border-radius: 12px;
    color: #1a7f37; font: 500 12px Inter, Arial, sans-serif; vertical-align: middle }
  em, .by { font-style: normal }
  .by { font-weight: 400; color: #59636e }
  .bot { margin-left: 4px; padding: 0 6px; border: 1px solid #d1d9e0; border-radius: 12px; color: #59636e;
    font: 500 12px Inter, Arial, sans-serif }
  .event { display: flex; align-items: center; gap: 10px }
  .event span { flex: 1; color: #59636e }
  .event b { color: #1f2328 }
  .dot { flex: 0 0 30px; height: 30px; border-radius: 15px; background: #1a7f37; color: #fff; text-align: center;
    line-height: 30px }
  .button { padding: 4px 14px; border: 1px solid #d1d9e0; border-radius: 6px; background: #f6f8fa; font-weight: 500;
    color: #25292e }
`;

/** The log of a step with open groups and line numbers. Long lines are cut. */
export function logPage(title: string, seconds: number, entries: readonly LogEntry[]): string {
  const lines = entries.map(
    (entry, index) => `<div class="${entry.kind}"><i>${index + 1}</i>${logLine(entry)}</div>`,
  );
  const head = `<div class="head">✓ ${escaped(title)}<span>${Math.max(1, Math.round(seconds))}s</span></div>`;
  return pageOf(`<div class="box">${head}<div class="log">${lines.join('')}</div></div>`);
}

function logLine({ kind, text, inGroup }: LogEntry): string {
  const words = { group: '▾ ', line: '', warning: 'Warning: ', error: 'Error: ', notice: 'Notice: ' };
  const shown = escaped(text).replace(/https?:[^\s,]+/g, '<a>$&</a>');
  return `<p class="${inGroup ? 'in' : ''}">${words[kind]}${shown}</p>`;
}

/** The job summary. Supports the Markdown that the action writes: headings, paragraphs, tables, links, bold. */
export function summaryPage(title: string, markdown: string): string {
  const head = `<div class="head">${escaped(title)}</div>`;
  return pageOf(`<div class="box">${head}<div class="summary">${blocksOf(markdown)}</div></div>`);
}

/** A comment on a pull request, by the bot `github-actions`. */
export function commentPage(markdown: string): string {
  const author = 'github-actions<em class="bot">bot</em>';
  const head = `<div class="head">${author} <i class="by">commented now</i></div>`;
  return pageOf(`<div class="box">${head}<div class="summary">${blocksOf(markdown)}</div></div>`);
}

/** A deployment in the timeline of a pull request, with the button to its environment. */
export function deploymentPage(environment: string, url: string): string {
  const who = 'github-actions<em class="bot">bot</em>';
  const words = `<b>${who}</b> deployed to <b>${escaped(environment)}</b> now <em class="tag">Active</em>`;
  const button = `<a class="button" href="${escaped(url)}">View deployment</a>`;
  return pageOf(`<div class="event"><div class="dot">➚</div><span>${words}</span>${button}</div>`);
}

/** A release with its notes. */
export function releasePage(tag: string, markdown: string): string {
  const head = `<h2>${escaped(tag)}<em class="tag">Latest</em></h2>`;
  return pageOf(`<div class="box"><div class="summary">${head}${blocksOf(markdown)}</div></div>`);
}

/** Converts Markdown blocks. HTML comments are removed, because only the action reads them. */
function blocksOf(markdown: string): string {
  const shown = markdown.replace(/<!-- (?:[^-]|-(?!->))* -->\n*/g, '\n\n');
  return shown
    .split(/\n{2,}/)
    .filter((block) => block.trim() !== '')
    .map(blockOf)
    .join('');
}

function blockOf(block: string): string {
  if (block.startsWith('|')) return tableOf(block);
  if (/^<\/?details>/.test(block)) return spans(block);
  const heading = /^### (.*)$/.exec(block)?.[1];
  return heading === undefined ? `<p>${spans(block)}</p>` : `<h3>${spans(heading)}</h3>`;
}

function tableOf(block: string): string {
  const [head = [], , ...rows] = block.split('\n').map((line) => line.slice(2, -2).split(' | '));
  const row = (tag: string, cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${spans(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${row('th', head)}${rows.map((cells) => row('td', cells)).join('')}</table>`;
}

/** Converts inline Markdown. Character references stay, because HTML has the same ones. */
function spans(markdown: string): string {
  return markdown
    .replace(/\[([^\]]*)\]\(<([^>]*)>\)/g, '<a href="$2">$1</a>')
    .replace(/\[([^\]]*)\]\(([^)<]*)\)/g, '<a href="$2">$1</a>')
    .replace(/`([^`]*)`/g, '<code>$1</code>')
    .replace(/\*\*(.*?)\*\*/g, '<strong>$1</strong>');
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function pageOf(body: string): string {
  return `<!doctype html><html><head><meta charset="utf-8"><style>${style}</style></head><body>${body}</body></html>`;
}
