/**
 * The page that a preview's link opens: it installs the preview's worker, waits until that is at work, and goes to the site. A browser that cannot
 * do it is told why.
 */
import type { EntryAnswer, EntryQuestion, PreviewEntry } from '../../src/preview/site.ts';

/** Milliseconds after which people want to know more than that something is under way. */
const patience = 30_000;

const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as PreviewEntry;
const root = new URL('.', location.href);

if (data.title) document.title = `Preview: ${data.title}`;

open().catch((error: unknown) =>
  tell('The preview could not be opened', `The browser says: ${String(error)}`),
);

async function open(): Promise<void> {
  // Firefox has none in some of its settings, and says so by an exception.
  const container =
    window.isSecureContext && 'serviceWorker' in navigator ? navigator.serviceWorker : undefined;
  if (!container) {
    tell('This browser cannot open the preview', ...reasons());
    return;
  }
  const workerUrl = new URL(data.worker, location.href).href;
  const registration = await container
    .register(workerUrl, { scope: root.pathname, updateViaCache: 'none' })
    .catch((error: unknown) => {
      tell('This browser does not start the preview', ...refusal(error));
    });
  if (!registration) return;
  const late = setTimeout(
    () => tell('The preview does not start', 'Close its other tabs, and open the link again.'),
    patience,
  );
  const url = await startingPoint(registration, workerUrl);
  clearTimeout(late);
  location.replace(url);
}

/** Where the link leads, once the worker that it was made with is at work. */
async function startingPoint(registration: ServiceWorkerRegistration, workerUrl: string): Promise<string> {
  const { active, installing, waiting } = registration;
  if (active?.scriptURL === workerUrl && !installing && !waiting) {
    const known = await ask(active);
    if (known?.id === data.id) return known.url;
    // The same link has another worker behind it by now.
    await registration.update().catch(() => undefined);
  }
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  if (!worker) throw new Error('no worker was installed');
  await atWork(worker);
  return (await ask(worker))?.url ?? `${root.href}${location.hash}`;
}

function atWork(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new Error('the worker was given up'));
    };
    worker.addEventListener('statechange', look);
    look();
  });
}

/** Undefined where the worker does not answer. */
function ask(worker: ServiceWorker): Promise<EntryAnswer | undefined> {
  const question: EntryQuestion = { fragment: location.hash };
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event: MessageEvent<EntryAnswer>) => resolve(event.data);
    setTimeout(() => resolve(undefined), 5_000);
    worker.postMessage(question, [port2]);
  });
}

function reasons(): string[] {
  return window.isSecureContext
    ? [
        'The preview needs service workers, and this browser has them turned off. Some do so in private windows or in their strictest settings: try an ordinary window, or another browser.',
      ]
    : ['The preview needs service workers, which browsers have for https addresses only.'];
}

function refusal(error: unknown): string[] {
  return [
    'The preview needs a service worker, and it was refused: its link may have ended, or the settings of this browser, such as blocked cookies, forbid it.',
    `The browser says: ${String(error)}`,
  ];
}

function tell(title: string, ...lines: string[]): void {
  const heading = document.createElement('h1');
  heading.textContent = title;
  const paragraphs = lines.map((line) => {
    const paragraph = document.createElement('p');
    paragraph.textContent = line;
    return paragraph;
  });
  const alone = document.createElement('p');
  if (data.first) {
    const link = document.createElement('a');
    link.href = data.first.url;
    link.textContent = `Open ${data.first.name} alone`;
    alone.append(link, ': its text will be there, and what it loads from beside it will be missing.');
  }
  document.getElementById('main')?.replaceChildren(heading, ...paragraphs, alone);
}
