import { root, workspaceDirectories } from './tools/workspaces.mjs';

const nameOf = (directory) => directory.replace(/^(libs|apps)\//, '').replaceAll('/', '-');

const project = (settings) => ({
  ...settings,
  testEnvironment: 'node',
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['@mneme/source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
});

const ALLOW_LONG_TESTS = [`${root}/tools/jest-slow.mjs`];

// Specs of real engines need servers: `MNEME_TEST_ENGINES=yes` runs them, and them alone.
const ON_ENGINES = process.env.MNEME_TEST_ENGINES === 'yes';

const specsOf = (directory) => {
  if (ON_ENGINES) return ['<rootDir>/src/**/*.int.spec.ts'];
  const others = directory === 'e2e' ? [] : ['!**/*.e2e.spec.ts'];
  return ['<rootDir>/src/**/*.spec.ts', '!**/*.int.spec.ts', ...others];
};

const workspaceProject = (directory) =>
  project({
    displayName: nameOf(directory),
    rootDir: `${root}/${directory}`,
    testMatch: specsOf(directory),
    setupFilesAfterEnv: directory === 'e2e' ? ALLOW_LONG_TESTS : [],
  });

const toolsProject = project({
  displayName: 'tools',
  rootDir: `${root}/tools`,
  testMatch: ['<rootDir>/*.spec.ts'],
  setupFilesAfterEnv: ALLOW_LONG_TESTS,
});

/** One Jest for the whole repository; its projects are the npm workspaces, named by path: adapters-sqlite, domain, e2e. */
export default {
  forceExit: Boolean(process.env.CI),
  testTimeout: 20_000,
  projects: [...workspaceDirectories().map(workspaceProject), ...(ON_ENGINES ? [] : [toolsProject])],
};
