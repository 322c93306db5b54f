import type { Files } from './files.ts';
import { type Kind, bareType, kindOf } from './kinds.ts';
import { fold } from './search.ts';
import { isPattern, pathPattern } from './wildcards.ts';

/** What the search box asks for. A file matches if it matches all terms. */
export interface Query {
  readonly terms: readonly Term[];
  /** The plain words, folded. They are marked in the results. */
  readonly words: readonly string[];
}

/** Tells whether a file matches. @param path its path, folded */
export type Term = (file: number, path: string) => boolean;

/** The words after `type:`, and the kinds that they mean. Any other word is a part of the media type, e.g. `type:json`. */
export const kindWords: Readonly<Record<string, Kind>> = {
  image: 'picture',
  picture: 'picture',
  page: 'page',
  text: 'text',
  data: 'data',
  archive: 'archive',
  audio: 'sound',
  sound: 'sound',
  video: 'film',
  film: 'film',
  document: 'document',
  other: 'other',
};

/** Reads a search: words, patterns (`*.png`, `docs/**`) kinds (`type:image`) and changes (`is:new`), separated by spaces. */
export function readQuery(text: string, files: Files): Query {
  const all = fold(text).split(/\s+/).filter(Boolean);
  const isType = (term: string) => term.startsWith(typePrefix);
  const isChange = (term: string) => term.startsWith(changePrefix);
  return {
    terms: all.flatMap((term) => {
      if (isType(term)) return term === typePrefix ? [] : [typeTerm(term, files)];
      if (isChange(term)) return [changeTerm(term, files)];
      return [isPattern(term) ? patternTerm(term) : wordTerm(term)];
    }),
    words: all.filter((term) => !isType(term) && !isChange(term) && !isPattern(term)),
  };
}

const typePrefix = 'type:';

const changePrefix = 'is:';

/** `is:new` and `is:changed`, or their beginning while they are typed. */
function changeTerm(term: string, files: Files): Term {
  return (file, path) => {
    const change = files.change(file);
    return (change !== undefined && `${changePrefix}${change}`.startsWith(term)) || path.includes(term);
  };
}

function wordTerm(word: string): Term {
  return (_, path) => path.includes(word);
}

/** A name may contain `*` or `?` itself. */
function patternTerm(text: string): Term {
  const matches = pathPattern(text);
  return (_, path) => matches(path) || path.includes(text);
}

function typeTerm(term: string, files: Files): Term {
  const word = term.slice(typePrefix.length);
  const kind = Object.hasOwn(kindWords, word) ? kindWords[word] : kindWords[word.replace(/s$/, '')];
  const isIt = kind === undefined ? hasType(word, files) : hasKind(kind, files);
  return (file, path) => isIt(file) || path.includes(term);
}

function hasType(word: string, files: Files): (file: number) => boolean {
  return (file) => bareType(files.type(file)).includes(word);
}

/** Most kinds depend on the media type alone, and there are few types. */
export function hasKind(kind: Kind, files: Files): (file: number) => boolean {
  const known = new Map<string, Kind>();
  return (file) => {
    const type = files.type(file);
    const found = known.get(type) ?? kindOf(type, '');
    known.set(type, found);
    return (found === 'other' ? kindOf(type, files.path(file)) : found) === kind;
  };
}
