import { formatBytes } from '../../../src/text/format.ts';
import { element, note } from '../elements.ts';
import { indented } from './indentation.ts';
import type { Show } from './viewer.ts';

/** Bytes that are fetched. */
const limit = 512 * 1024;

/** Shows JSON, GeoJSON and JSON Lines with indentation. What is not valid is shown as it is. */
export const showJson: Show = async ({ size }, place, { beginning, decode, asText }) => {
  const { bytes, isCut } = await beginning(limit);
  const shown = indented(decode(bytes), isCut);
  if (!shown) return asText('This file is not valid JSON, so it is shown as it is.');
  place.append(element('pre', { tabindex: '0' }, shown.text));
  if (shown.isCut)
    place.append(
      note(`This is the beginning of the file (${formatBytes(size)}). Open the file to read the rest.`),
    );
};
