import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';
import { policiesOf, taggedProjects } from './tools/import-table.mjs';

const root = import.meta.dirname;
const projects = taggedProjects();

const SPECS = ['**/*.spec.ts'];
const AUTH_GUARD = 'libs/platform/src/auth-guard*.ts';
const ENGINE_CLIENTS = ['@photostructure/sqlite', '@qdrant/js-client-rest', 'ioredis', 'kafkajs', 'neo4j-driver', 'pg'];

const principalByGuardOnly = {
  name: '@mneme/domain',
  importNames: ['createPrincipal'],
  message: 'Only the auth guard makes a principal.',
};
const environmentInMainOnly = ['process', 'node:process'].map((name) => ({
  name,
  message: 'The environment is read in main.ts alone.',
}));
const engineInAdaptersOnly = ENGINE_CLIENTS.map((name) => ({ name, message: 'Only adapters know an engine.' }));
const noNest = { regex: '^@nestjs/', message: 'Domain, ports, contracts and adapters stand without Nest.' };
const noInputOrOutput = { regex: '^node:(?!crypto$)', message: 'The domain is pure.' };

/** `no-restricted-imports` has one setting a file, so each zone states all that is refused in it. */
const restrict = ({ files, ignores = [], paths = [], patterns = [] }) => ({
  files,
  ignores,
  rules: { 'no-restricted-imports': ['error', { paths: [...environmentInMainOnly, ...paths], patterns }] },
});

export default [
  {
    ignores: [
      '**/dist/**',
      '**/coverage/**',
      '**/src/generated/**',
      '.nx/**',
      '.mneme/**',
      'tools/lint-canary/**',
      'libs/adapters/static-embedder/data/**',
    ],
  },
  ...tseslint.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 60],
      'max-params': ['error', 3],
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parserOptions: { project: './tsconfig.spec.json', tsconfigRootDir: root },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingAny: true, allowThrowingUnknown: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['apps/*/src/**/*.ts', 'libs/**/src/**/*.ts', 'e2e/src/**/*.ts'],
    plugins: { boundaries },
    settings: {
      'boundaries/root-path': root,
      'boundaries/elements': projects.map(({ directory }) => ({ type: directory, pattern: directory })),
      'boundaries/files': [{ category: 'spec', pattern: SPECS }],
      'import/resolver': {
        typescript: {
          project: `${root}/tsconfig.base.json`,
          conditionNames: ['@mneme/source', 'types', 'node', 'import', 'default'],
        },
      },
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        { default: 'disallow', checkAllOrigins: true, policies: policiesOf(projects) },
      ],
      'boundaries/no-unknown-files': 'error',
      'boundaries/no-unknown-dependencies': 'error',
    },
  },
  {
    files: ['apps/*/src/**/*.ts', 'libs/**/src/**/*.ts'],
    rules: {
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'The environment is read in main.ts alone.' },
      ],
    },
  },
  restrict({
    files: ['apps/*/src/**/*.ts', 'libs/{platform,client,wiring}/src/**/*.ts', 'libs/services/*/src/**/*.ts'],
    paths: [principalByGuardOnly, ...engineInAdaptersOnly],
    ignores: [...SPECS, AUTH_GUARD],
  }),
  restrict({ files: [AUTH_GUARD, 'libs/testing/src/**/*.ts', ...SPECS], paths: engineInAdaptersOnly }),
  restrict({
    files: ['libs/ports/src/**/*.ts', 'libs/contracts/*/src/**/*.ts'],
    paths: [principalByGuardOnly, ...engineInAdaptersOnly],
    patterns: [noNest],
  }),
  restrict({ files: ['libs/domain/src/**/*.ts'], paths: engineInAdaptersOnly, patterns: [noNest, noInputOrOutput] }),
  restrict({
    files: ['libs/adapters/*/src/**/*.ts'],
    paths: [principalByGuardOnly],
    patterns: [noNest],
    ignores: SPECS,
  }),
  restrict({ files: ['libs/adapters/*/src/**/*.spec.ts'], patterns: [noNest] }),
  {
    files: ['apps/*/src/main.ts', 'e2e/src/**/*.ts', 'tools/*.ts', '**/*.int.spec.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-restricted-imports': 'off' },
  },
  {
    // A suite is one function of many tests, and a row of a table of cases has as many parameters as columns.
    files: [...SPECS, '**/*.contract.ts'],
    rules: { 'max-lines-per-function': 'off', 'max-params': 'off' },
  },
  {
    // Nest hands what it injects to factories and controllers one by one.
    files: ['libs/services/*/src/*.{module,controller}.ts', 'libs/wiring/src/**/*.ts'],
    rules: { 'max-params': 'off' },
  },
  {
    files: ['apps/*/src/**/*.ts', 'tools/**/*.mjs', '*.mjs'],
    rules: { 'no-console': 'off' },
  },
];
