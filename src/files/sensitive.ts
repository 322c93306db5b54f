import { basename } from 'node:path';

import type { Warning } from '../errors/codes.ts';
import { sanitize } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import { foldCase } from './system.ts';

/**
 * The one list of sensitive names: files and folders that hold credentials, or the history of a checkout. `*` stands for any text, and
 * `a/b` for `b` in a folder `a`.
 */
const sensitiveNames = [
  // The checkout, and what GitHub's runner and actions keep there and in the folder for temporary files.
  '.git .hg .svn .env* .dev.vars* .secrets gha-creds-*.json git-credentials-*.config',
  '_runner_file_commands _github_workflow _github_home',
  // Logins of command-line tools, and keys of people.
  '.netrc _netrc .authinfo* .git-credentials .gitconfig .config/git .config/gh .config/hub .config/glab-cli',
  '.config/op .config/sops .vault-token .vault_pass* .credentials* .ssh .gnupg .password-store',
  '.bash_history .zsh_history .sh_history .python_history .node_repl_history .psql_history .mysql_history',
  // Packages.
  '.npmrc .yarnrc.yml .bunfig.toml .pypirc .pip .config/pip .config/pypoetry .condarc .gem/credentials',
  '.cargo/credentials .cargo/credentials.toml .bundle/config .m2/settings*.xml .gradle/gradle.properties',
  '.nuget/nuget.config .hex/hex.config .composer/auth.json .config/composer .pub-cache/credentials.json',
  // Containers and clouds.
  '.docker/config.json .dockercfg .config/containers .kube .minikube .helm .config/helm .aws .azure',
  '.config/gcloud application_default_credentials.json .oci .aliyun .bluemix .config/doctl .config/hcloud',
  '.config/scw .config/configstore .fly .terraform .terraform.d .terraformrc terraform.rc',
  'credentials.tfrc.json .pulumi .chef .vagrant.d .databrickscfg .snowflake .kaggle .huggingface',
  // Object storage, databases, servers, and portals of Earth observation data.
  '.boto .s3cfg .mc .mcli .config/rclone .rclone.conf .passwd-s3fs .gsutil .pgpass .my.cnf .mylogin.cnf',
  '.dbt/profiles.yml .htpasswd .htdigest .smbcredentials .ftpconfig .ftppass .lftp .msmtprc .fetchmailrc',
  '.cdsapirc .ecmwfapirc .urs_cookies .config/eodag',
].flatMap((names) => names.split(' '));

/** A sensitive name in parts: all of it in small letters. */
export interface Sensitive {
  /** The folder that it has to be in. */
  readonly parent: string | undefined;
  /** The name up to its `*`, or all of it. */
  readonly stem: string;
  /** The name after its `*`; undefined where it has none. */
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
const families = rules.filter(({ end }) => end !== undefined);
const parents = new Set(rules.map(({ parent }) => parent));

/** Which sensitive name, in any letter case, a file or folder has in its folder. */
export function sensitiveName(folder: string, name: string): Sensitive | undefined {
  const [inFolder, plain] = [foldCase(folder), foldCase(name)];
  const fits = ({ parent }: Sensitive) => parent === undefined || parent === inFolder;
  return (
    exact.get(plain)?.find(fits) ??
    families.find(
      (rule) =>
        plain.length >= rule.stem.length + (rule.end ?? '').length &&
        plain.startsWith(rule.stem) &&
        plain.endsWith(rule.end ?? '') &&
        fits(rule),
    )
  );
}

/** Whether something in a folder of this name may be sensitive because it is there. */
export function isSensitiveParent(folder: string): boolean {
  return parents.has(foldCase(folder));
}

/** An expression for paths with a segment that begins like a hidden or sensitive name, as far as this many letters tell. */
function beginsLike(letters: number): RegExp {
  const beginnings = rules
    .map(({ stem, parent }) => parent ?? stem)
    .map((text) => (text.startsWith('.') ? '\\.' : text.slice(0, letters)));
  return new RegExp(`(?:^|/)(?:${[...new Set(beginnings)].join('|')})`, 'i');
}

/** Two letters are the quicker to look for, and four leave the folder `_next` in peace. */
const [quick, thorough] = [beginsLike(2), beginsLike(4)];

/** Whether any segment of a path may be hidden or sensitive: few are, and all else need not be looked at. */
export function mayBeHiddenOrSensitive(name: string): boolean {
  return quick.test(name) && thorough.test(name);
}

/** Ends of names that are often secret: keys, key stores, states and variables of Terraform, databases of passwords. */
const endings = new Set(
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
  ].map((ending) => `.${ending}`),
);

/** Ends of texts that hold settings: among these, the whole name decides. */
const settings = new Set(
  ['conf', 'config', 'csv', 'gpg', 'ini', 'json', 'toml', 'txt', 'xml', 'yaml', 'yml'].map(
    (end) => `.${end}`,
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
const secretBeginnings = /^(?:id_(?:rsa|dsa|ecdsa|ed25519|xmss)(?!.*\.pub$)|kubeconfig|krb5cc_)|\.tfstate\./;
const secretWithoutEnd = /^(?:id_.*|.*_(?:rsa|dsa|ecdsa|ed25519)|(?:aws_?|git-?)?credentials|htpasswd)$/;
/** How a name begins, or what it has in it, that `secretBeginnings` has to look at: the fewest do. */
const suspicious = /^(?:id_|k[ur])|tfstate/i;

/** Whether a file's name, in any letter case, is one that often holds secrets, and often does not. */
export function isLikelySecret(name: string): boolean {
  const dot = name.lastIndexOf('.');
  const end = dot < 0 ? '' : name.slice(dot).toLowerCase();
  return (
    endings.has(end) ||
    (settings.has(end) && secretSettings.test(name.toLowerCase())) ||
    (end === '' && secretWithoutEnd.test(name.toLowerCase())) ||
    (suspicious.test(name) && secretBeginnings.test(name.toLowerCase()))
  );
}

/**
 * One warning that lists the files whose names often belong to secrets; none where there are none.
 * @param linked real paths of those that links led to: their names count as well
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
      text: `${count(suspects.length, 'file')} to upload ${suspects.length === 1 ? 'has a name' : 'have names'} that often belong${suspects.length === 1 ? 's' : ''} to secrets: ${listed.join(', ')}${more > 0 ? ` and ${more} more` : ''}. Exclude them with a line '!…' in 'path' unless everybody with a link may read them.`,
    },
  ];
}
