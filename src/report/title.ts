import type { DestinationInputs } from '../config/destination.ts';
import type { Run } from '../hosts/host.ts';

/** The heading of comment, summary and pages: the input `title`, else `WORKFLOW: DESTINATION`. */
export function titleOf(
  { title, workspace, destination }: Pick<DestinationInputs, 'title' | 'workspace' | 'destination'>,
  { workflow }: Pick<Run, 'workflow'>,
): string {
  if (title !== undefined) return title;
  const place = destination || workspace;
  return workflow ? `${workflow}: ${place}` : place;
}
