import type { Clock } from '../clock.ts';
import { type Page, indexPageName } from '../links/generated.ts';

/**
 * What is generated from the links, in the order in which it is written.
 * @param preview the preview's page, where one is wanted
 */
export function pagesFor(clock: Clock, preview: Page | undefined): readonly Page[] {
  return preview ? [indexPage(clock), preview] : [indexPage(clock)];
}

/** The page with a link to each file, where there is more than one. */
function indexPage(clock: Clock): Page {
  return {
    entry: indexPageName,
    opens: 'last',
    make: async (published) => {
      if (published.fileCount < 2) return [];
      const { linksPage } = await import('../links/page.ts');
      const content = linksPage(published, { madeAt: clock.now(), run: thisRun(process.env) });
      return [{ name: indexPageName, content, contentType: 'text/html; charset=utf-8' }];
    },
  };
}

/** The workflow run, as GitHub tells of it: whoever finds ended links on a page can run it again. */
function thisRun(env: NodeJS.ProcessEnv): { readonly name: string; readonly url: string } | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env;
  if (!server || !repository || !id) return undefined;
  const number = env['GITHUB_RUN_NUMBER'] ?? id;
  const workflow = env['GITHUB_WORKFLOW'];
  return {
    name: `${repository}${workflow ? `, ${workflow}` : ''} #${number}`,
    url: `${server}/${repository}/actions/runs/${id}`,
  };
}
