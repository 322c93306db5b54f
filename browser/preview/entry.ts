/**
 * The page that a preview's link opens. It installs the preview's service worker, waits until it is active, and goes to the site. It says why
 * if the browser cannot do that.
 */
import type { EntryAnswer, EntryQuestion, PreviewEntry } from '../../src/preview/previewData.ts';

/** Milliseconds before the page says that the preview does not start. */
const timeout = 30_000;

const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as PreviewEntry;
const root = new URL('.', location.href);

if (data.title) document.title = `Preview: ${data.title}`;

open().catch((error: unknown) =>
  explain('The preview cannot be opened', `The browser reports: ${String(error)}`),
);

async function open(): Promise<void> {
  // Firefox has no service workers in some settings. It throws an exception then.
  const container =
    window.isSecureContext && 'serviceWorker' in navigator ? navigator.serviceWorker : undefined;
  if (!container) {
    explain('This browser cannot open the preview', ...reasons());
    return;
  }
  const workerUrl = new URL(data.worker, location.href).href;
  const registration = await container
    .register(workerUrl, { scope: root.pathname, updateViaCache: 'none' })
    .catch((error: unknown) => {
      explain('This browser does not start the preview', ...rejection(error));
    });
  if (!registration) return;
  const late = setTimeout(
    () => explain('The preview does not start', 'Close its other tabs, and open the link again.'),
    timeout,
  );
  const url = await startingPoint(registration, workerUrl);
  clearTimeout(late);
  location.replace(url);
}

/** Waits until the worker that belongs to the link is active. Returns the URL that the link opens. */
async function startingPoint(registration: ServiceWorkerRegistration, workerUrl: string): Promise<string> {
  const { active, installing, waiting } = registration;
  if (active?.scriptURL === workerUrl && !installing && !waiting) {
    const known = await ask(active);
    if (known?.id === data.id) return known.url;
    // A newer worker has replaced the one of this link.
    await registration.update().catch(() => undefined);
  }
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  if (!worker) throw new Error('no service worker was installed');
  await activated(worker);
  return (await ask(worker))?.url ?? `${root.href}${location.hash}`;
}

function activated(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new Error('the service worker was discarded'));
    };
    worker.addEventListener('statechange', look);
    look();
  });
}

/** Undefined if the worker does not answer. */
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
        'The preview needs service workers, and this browser has them turned off. Some browsers turn them off in private windows or with strict settings. Try a normal window, or another browser.',
      ]
    : ['The preview needs service workers, and browsers allow them for https addresses only.'];
}

function rejection(error: unknown): string[] {
  return [
    'The preview needs a service worker, and the browser did not install it. The link may have expired, or a setting of this browser, e.g. blocked cookies, forbids it.',
    `The browser reports: ${String(error)}`,
  ];
}

function explain(title: string, ...lines: string[]): void {
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
    link.textContent = `Open only ${data.first.name}`;
    alone.append(link, '. It shows the text, but its CSS, images and scripts will not load.');
  }
  document.getElementById('main')?.replaceChildren(heading, ...paragraphs, alone);
}
