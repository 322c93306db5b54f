import { defineConfig } from 'eslint/config';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

// The stages of a run, in the order in which data flows through them. A stage may import values from the
// stages before it and from the shared modules, never from a later one.
const stages = [
  'inputs',
  'identity',
  'terrapi',
  'workspace',
  'files',
  'plan',
  'storage',
  'transfer',
  'links',
  'preview',
  'github',
  'report',
];

const forbidLaterStages = stages.map((stage, index) => ({
  files: [`src/${stage}.ts`, `src/${stage}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.{1,2}/)+(${[...stages.slice(index + 1), 'actions', 'entry', 'outputs'].join('|')})(/|\\.ts$)`,
            message: 'Data flows one way: this is a later stage (see CONTRIBUTING.md).',
          },
          ...(['inputs', 'report'].includes(stage)
            ? []
            : [
                {
                  regex: '^@actions/core$',
                  message:
                    'Take what you need as an argument; only actions/, inputs, outputs and report/ know the runner.',
                },
              ]),
        ],
      },
    ],
  },
}));

export default defineConfig(
  {
    ignores: [
      'dist/',
      'lib/',
      'coverage/',
      '.cache/',
      'src/browser/',
      'src/threads/',
      '__tests__/browser/sites/',
    ],
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
    // scripts/names.ts knows of what is read and set there, and of nothing else.
    files: ['src/**'],
    ignores: ['src/inputs.ts', 'src/outputs.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['getInput', 'getMultilineInput', 'getBooleanInput'].map((property) => ({
          object: 'core',
          property,
          message: 'Inputs are read in inputs.ts.',
        })),
        { object: 'core', property: 'setOutput', message: 'Outputs are set in outputs.ts.' },
      ],
    },
  },
  ...forbidLaterStages,
  prettier,
);
