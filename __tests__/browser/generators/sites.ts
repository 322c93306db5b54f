/** Sites for `run.ts`, and how to build them with the tools that people use. */
import { docutils, hugo, japanese, lighthouse, material, pelican, robot, text } from './documents.ts';
import { docusaurus, next, nuxt, sveltekit, vite } from './frameworks.ts';
import type { GeneratedSite } from './generatedSite.ts';

export const generatedSites: readonly GeneratedSite[] = [
  vite,
  next('folder'),
  next('/'),
  next('/my-project/'),
  docusaurus('folder'),
  docusaurus('/'),
  docusaurus('/my-project/'),
  sveltekit,
  nuxt,
  material,
  hugo,
  pelican,
  lighthouse,
  robot,
  docutils('iso-8859-1', text),
  docutils('shift_jis', japanese),
  docutils('utf-16', `${text}, ${japanese}`),
  docutils('utf-8', `${text}, ${japanese}`, 'xhtml'),
];
