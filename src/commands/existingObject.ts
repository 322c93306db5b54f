import { sanitize } from '../text/sanitize.ts';
import { headObject } from '../storage/head.ts';
import type { Destination } from './destination.ts';

/**
 * Says that there is an object with the very name of the destination, which may hide from listings what is below; undefined where there is
 * none. For a destination in which nothing was found.
 */
export async function existingObjectAt({
  client,
  base,
  explain,
}: Pick<Destination, 'client' | 'base' | 'explain'>): Promise<string | undefined> {
  const key = base.replace(/\/$/, '');
  if (key === client.location.prefix.replace(/\/$/, '')) return undefined;
  const head = await headObject(client, key).catch(
    explain(`Whether ${sanitize(key)} is an object could not be found out`),
  );
  return head && `There is an object '${sanitize(key)}', and what is below such a name is not listed.`;
}
