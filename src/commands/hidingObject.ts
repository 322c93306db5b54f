import { sanitize } from '../text/sanitize.ts';
import { headObject } from '../storage/head.ts';
import type { Destination } from './openDestination.ts';

/**
 * Explains why a destination may look empty: on some servers, an object with the destination's own key hides the files below it.
 * @returns a sentence; undefined if there is no such object
 */
export async function hidingObject({
  client,
  base,
  explain,
}: Pick<Destination, 'client' | 'base' | 'explain'>): Promise<string | undefined> {
  const key = base.replace(/\/$/, '');
  if (key === client.location.prefix.replace(/\/$/, '')) return undefined;
  const head = await headObject(client, key).catch(
    explain(`Could not check whether ${sanitize(key)} exists`),
  );
  return head && `There is an object '${sanitize(key)}', and the storage does not list files below it.`;
}
