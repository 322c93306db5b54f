import { defineConfig } from 'eslint/config';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const inputs = {
  selector: `CallExpression[callee.object.name='host'][callee.property.name='input']`,
  message: 'Inputs are read in config/.',
};

const outputs = {
  selector: `CallExpression[callee.object.name='host'][callee.property.name='output']`,
  message: 'Outputs are set in config/outputs.ts.',
};

const imports = ':matches(ImportDeclaration, ExportNamedDeclaration, ExportAllDeclaration, ImportExpression)';

/** Only the GitHub adapter knows these packages and variables. */
const github = [
  {
    selector: `${imports}[source.value=/^@(?:actions|octokit)(?:\\u002F|$)/]`,
    message: 'Take what you need from the host; only hosts/github/ knows these packages.',
  },
  // A path that is put together at run time would get past these rules.
  {
    selector: `ImportExpression[source.type!='Literal']`,
    message: 'Write the path of an import as a string.',
  },
  ...['Literal[value', 'TemplateElement[value.raw', 'Identifier[name'].map((place) => ({
    selector: `${place}=/\\b(?:GITHUB|RUNNER|ACTIONS)_/]`,
    message: `Take it from the host; only hosts/github/ knows GitHub's variables.`,
  })),
];

const adapter = {
  selector: `${imports}[source.value=/hosts\\u002F(?!\\.)[^\\u002F]+\\u002F/]`,
  message: 'Take the host as an argument; only main/ and hosts/providers.ts pick the adapter.',
};

const printers = {
  selector: 'ImportDeclaration[source.value=/^(?:node:)?(?:process|console)$/]',
  message: 'Print through the host; process is a global.',
};

const streams = ['stdout', 'stderr', '_rawDebug', 'emitWarning'].map((property) => ({
  object: 'process',
  property,
  message: 'Print through the host.',
}));

export default defineConfig(
  {
    ignores: ['dist/', 'lib/', 'coverage/', '.cache/', 'src/generated/', '__tests__/browser/sites/'],
  },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['*.js', '__tests__/*.js'] } },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } },
      ],
      eqeqeq: 'error',
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'no-restricted-exports': 'off' },
  },
  { files: ['__tests__/**'], rules: { 'max-lines-per-function': 'off' } },
  {
    files: ['src/**'],
    rules: {
      'max-lines': ['error', 260],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // Whatever is printed goes through the host, where secrets and workflow commands are taken out of it.
    files: ['src/**'],
    ignores: ['src/hosts/github/**', 'src/main/commandLine.ts', 'src/main/node.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': ['error', ...streams],
      // scripts/names.ts knows of what is read in config/ and set in config/outputs.ts, and of nothing else.
      'no-restricted-syntax': ['error', ...github, adapter, printers, inputs, outputs],
    },
  },
  {
    files: ['src/config/**'],
    rules: { 'no-restricted-syntax': ['error', ...github, adapter, printers, outputs] },
  },
  {
    files: ['src/config/outputs.ts'],
    rules: { 'no-restricted-syntax': ['error', ...github, adapter, printers, inputs] },
  },
  {
    files: ['src/main/**'],
    ignores: ['src/main/node.ts'],
    rules: { 'no-restricted-syntax': ['error', ...github, printers, inputs, outputs] },
  },
  prettier,
);
