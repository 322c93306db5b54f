import { basename } from 'node:path';

import type { Warning } from '../errors/codes.ts';
import { sanitize } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import { foldCase } from './system.ts';
import { setting } from '../text/wording.ts';

/**
 * The names of sensitive files and folders: those with credentials, and the history of a checkout. `*` matches any text. `a/b` is `b` in a folder
 * `a`.
 */
const sensitiveNames = [
  // The checkout, and files that GitHub's runner and actions write there and to the temporary folder.
  '.git .hg .svn .env* .dev.vars* .secrets gha-creds-*.json git-credentials-*.config',
  '_runner_file_commands _github_workflow _github_home',
  // Command-line tools and personal keys.
  '.netrc _netrc .authinfo* .git-credentials .gitconfig .config/git .config/gh .config/hub .config/glab-cli',
  '.config/op .config/sops .vault-token .vault_pass* .credentials* .secret .ssh .gnupg .password-store',
  '.bash_history .zsh_history .sh_history .python_history .node_repl_history .psql_history .mysql_history',
  '.irb_history .rediscli_history .sqlite_history .curlrc .wgetrc .sentryclirc',
  // Package managers.
  '.npmrc .yarnrc .yarnrc.yml .bunfig.toml .pypirc .pip .config/pip .config/pypoetry .condarc .gem/credentials',
  '.cargo/credentials .cargo/credentials.toml .bundle/config .m2/settings*.xml .gradle/gradle.properties',
  '.nuget/nuget.config nuget/nuget.config .hex/hex.config .composer/auth.json .config/composer',
  '.pub-cache/credentials.json',
  // Containers and clouds.
  '.docker/config.json .dockercfg .dockerconfigjson .config/containers .kube .minikube .helm .config/helm .aws .azure',
  '.config/gcloud application_default_credentials.json .oci .aliyun .bluemix .ibmcloud .config/doctl .config/hcloud',
  '.config/scw .config/configstore .fly .terraform .terraform.d .terraformrc terraform.rc',
  'credentials.tfrc.json .pulumi .chef .vagrant.d .databrickscfg .snowflake .snowsql .kaggle .huggingface',
  'huggingface/token .config/netlify .jfrog .subversion/auth',
  // Object storage, databases, servers, and portals of Earth observation data.
  '.boto .s3cfg .mc .mcli .config/rclone .rclone.conf .passwd-s3fs .gsutil .pgpass .my.cnf .mylogin.cnf',
  '.dbt/profiles.yml .htpasswd .htdigest .smbcredentials .ftpconfig .ftppass .lftp .msmtprc .fetchmailrc',
  '.cdsapirc .ecmwfapirc .urs_cookies .config/eodag',
].flatMap((names) => names.split(' '));

/** A parsed sensitive name, in lower case. */
export interface Sensitive {
  /** The parent folder that the rule requires. */
  readonly parent: string | undefined;
  /** The name before `*`, or the whole name. */
  readonly stem: string;
  /** The name after `*`; undefined if it has none. */
  readonly end: string | undefined;
}

const rules: readonly Sensitive[] = sensitiveNames.map((text) => {
  const [name = '', parent] = text.split('/').reverse();
  const star = name.indexOf('*');
  return star < 0
    ? { parent, stem: name, end: undefined }
    : { parent, stem: name.slice(0, star), end: name.slice(star + 1) };
});
const exact = Map.groupBy(
  rules.filter(({ end }) => end === undefined),
  ({ stem }) => stem,
);
const wildcards = rules.filter(({ end }) => end !== undefined);
const parents = new Set(rules.map(({ parent }) => parent));

/** The rule that makes a name sensitive in its folder, case-insensitive. */
export function sensitiveName(folder: string, name: string): Sensitive | undefined {
  const [inFolder, plain] = [foldCase(folder), foldCase(name)];
  const fits = ({ parent }: Sensitive) => parent === undefined || parent === inFolder;
  return (
    exact.get(plain)?.find(fits) ??
    wildcards.find((rule) => plain.startsWith(rule.stem) && plain.endsWith(rule.end ?? '') && fits(rule))
  );
}

/** Whether some names are sensitive in a folder with this name. */
export function isSensitiveParent(folder: string): boolean {
  return parents.has(foldCase(folder));
}

/** A pattern for paths with a segment that starts like a hidden or sensitive name, by its first letters. */
function startsLike(letters: number): RegExp {
  const starts = rules
    .map(({ stem, parent }) => parent ?? stem)
    .map((text) => (text.startsWith('.') ? '\\.' : text.slice(0, letters)));
  return new RegExp(`(?:^|/)(?:${[...new Set(starts)].join('|')})`, 'i');
}

/** A search for two letters is faster. Four letters do not match the folder `_next`. */
const [quick, thorough] = [startsLike(2), startsLike(4)];

/** A fast check that rules out most paths. */
export function mayBeHiddenOrSensitive(name: string): boolean {
  return quick.test(name) && thorough.test(name);
}

/** Extensions of files that often contain secrets: keys, key stores, Terraform state and variables, password databases. */
const secretExtensions = new Set(
  [
    ...[
      'pem',
      'key',
      'p12',
      'pfx',
      'pkcs12',
      'p8',
      'pk8',
      'ppk',
      'jks',
      'jceks',
      'bks',
      'keystore',
      'truststore',
    ],
    ...['tfstate', 'tfvars', 'kdbx', 'kdb', 'keytab', 'kubeconfig', 'ovpn', 'agekey', 'env'],
  ].map((extension) => `.${extension}`),
);

/** Extensions of files that contain secrets only under certain names. */
const settings = new Set(
  ['conf', 'config', 'csv', 'gpg', 'ini', 'json', 'toml', 'txt', 'xml', 'yaml', 'yml'].map(
    (extension) => `.${extension}`,
  ),
);
const secretSettings = new RegExp(
  [
    `^(?:aws_?|git-?)?credentials\\.`,
    `^(?:client_)?secrets?(?:[-_.][^.]*)?\\.(?!conf|gpg)`,
    `^service[-_]?account[^.]*\\.json$`,
    `^(?:rclone\\.conf|nuget\\.config|secring\\.gpg|sftp-config\\.json)$`,
    `accesskeys\\.csv$`,
  ].join('|'),
);
const secretStarts = /^(?:id_(?:rsa|dsa|ecdsa|ed25519|xmss)(?!.*\.pub$)|kubeconfig|krb5cc_)|\.tfstate\./;
const secretWithoutExtension =
  /^(?:id_.*|.*_(?:rsa|dsa|ecdsa|ed25519)|(?:aws_?|git-?)?credentials|htpasswd)$/;
/** A fast check that rules out most names for `secretStarts`. */
const suspicious = /^(?:id_|k[ur])|tfstate/i;

/** Whether files with this name often, but not always, contain secrets; case-insensitive. */
export function isLikelySecret(name: string): boolean {
  const dot = name.lastIndexOf('.');
  const extension = dot < 0 ? '' : name.slice(dot).toLowerCase();
  return (
    secretExtensions.has(extension) ||
    (settings.has(extension) && secretSettings.test(name.toLowerCase())) ||
    (extension === '' && secretWithoutExtension.test(name.toLowerCase())) ||
    (suspicious.test(name) && secretStarts.test(name.toLowerCase()))
  );
}

/**
 * At most one warning, which lists the files that may contain secrets.
 * @param linked real paths of files that were found through links; these names count as well
 */
export function secretNamesWarning(
  files: readonly { readonly path: string; readonly name: string }[],
  linked: ReadonlyMap<string, string>,
): Warning[] {
  const suspects = files.filter(
    ({ path, name }) =>
      isLikelySecret(name.slice(name.lastIndexOf('/') + 1)) ||
      (linked.size > 0 && isLikelySecret(basename(linked.get(path) ?? ''))),
  );
  if (suspects.length === 0) return [];
  const listed = suspects.slice(0, 20).map(({ name }) => sanitize(name));
  const more = suspects.length - listed.length;
  return [
    {
      code: 'possible-secrets',
      text: `${count(suspects.length, 'file')} to upload may contain secrets, by ${suspects.length === 1 ? 'its name' : 'their names'}: ${listed.join(', ')}${more > 0 ? ` and ${more} more` : ''}. Exclude them with a line '!…' in ${setting('path')}, unless everyone with a link may read them.`,
    },
  ];
}
