import type { LoadedViewer } from '../kinds.ts';
import type { Neighbors } from '../neighbors.ts';
import type { Beginning, Subject } from '../subject.ts';
import type { Download } from '../zip/download.ts';

/** What a viewer gets from the page. It must not fetch in another way. */
export interface Tools extends Neighbors {
  /** Aborted when the pane closes or shows another file. The viewer then stops, and changes nothing more. */
  readonly signal: AbortSignal;
  /**
   * Fetches the first bytes of the file.
   * @param limit the largest number of bytes
   * @throws Error with a text for people
   */
  readonly beginning: (limit: number) => Promise<Beginning>;
  /**
   * Fetches a range of the file.
   * @param from first byte
   * @param to the byte after the last one
   * @throws Error with a text for people, for a server without ranges too
   */
  readonly range: (from: number, to: number) => Promise<Uint8Array<ArrayBuffer>>;
  /** Decodes text. */
  readonly decode: (bytes: Uint8Array<ArrayBuffer>) => string;
  /** Shows the file as plain text instead, with a reason. */
  readonly asText: (reason: string) => Promise<void>;
}

/**
 * Shows a file in a place. It creates elements with text, and never parses text of the file as HTML in this document. It limits bytes, elements
 * and time. An error that it throws is shown to the reader.
 * @param place is empty at first. Until the promise ends, a line above it says that the page reads the file
 */
export type Show = (subject: Subject, place: HTMLElement, tools: Tools) => Promise<void>;

/** What the second script of the page gives to the first one. */
export interface Viewers {
  readonly show: Readonly<Record<LoadedViewer, Show>>;
  readonly download: Download;
}

/** The name of the event that hands over {@link Viewers}. */
export const viewersEvent = 'viewers';
