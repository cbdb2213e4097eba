import { readJson, workspaceDirectories } from './workspaces.mjs';

// Who may import whom, by the tag in each project's package.json ("nx": { "tags": [...] }); there is no wildcard.
const MAY_IMPORT = {
  'type:contracts-events': [],
  'type:contracts-proto': [],
  'type:domain': [],
  'type:ports': ['type:domain', 'type:contracts-events'],
  'type:adapter': ['type:ports', 'type:domain', 'type:contracts-events'],
  'type:platform': ['type:ports', 'type:domain', 'type:contracts-events', 'type:contracts-proto'],
  'type:service': ['type:ports', 'type:domain', 'type:contracts-events', 'type:contracts-proto', 'type:platform'],
  'type:client': ['type:contracts-events', 'type:contracts-proto', 'type:domain'],
  'type:wiring': ['type:adapter', 'type:ports', 'type:platform'],
  'type:testing': ['type:ports', 'type:domain', 'type:contracts-events', 'type:contracts-proto'],
  'type:app': ['type:service', 'type:wiring', 'type:platform', 'type:client'],
  'type:cli': ['type:client'],
  'type:e2e': [
    'type:service',
    'type:wiring',
    'type:platform',
    'type:client',
    'type:testing',
    'type:domain',
    'type:contracts-events',
  ],
};
// The event is the domain's language, but only as a type.
const MAY_IMPORT_TYPES = { 'type:domain': ['type:contracts-events'] };
const MAY_IMPORT_IN_SPECS = {
  'type:adapter': ['type:testing'],
  'type:app': ['type:testing'],
  'type:cli': ['type:testing'],
};
// The adapters that others stand on: statements that both SQL engines share, and the key files of a data directory.
const ON_SHARED_ADAPTERS = {
  'libs/adapters/sql': ['libs/adapters/sqlite', 'libs/adapters/postgres'],
  'libs/adapters/file-key-vault': ['libs/adapters/sqlite'],
};

// Packages of others are free here; one of ours that does not resolve counts as external and must not slip through.
const OF_OTHERS = [
  { allow: { to: { module: { origin: ['external', 'core'] } } } },
  { disallow: { to: { module: { origin: 'external', source: '@mneme/*' } } } },
];

/** Every project with its one type tag. @throws Error for a project without a tag or with one that the table lacks. */
export function taggedProjects() {
  return workspaceDirectories().map((directory) => {
    const tags = (readJson(`${directory}/package.json`).nx?.tags ?? []).filter((tag) => tag.startsWith('type:'));
    if (tags.length !== 1 || !Object.hasOwn(MAY_IMPORT, tags[0])) {
      throw new Error(`${directory}/package.json needs exactly one tag of: ${Object.keys(MAY_IMPORT).join(', ')}`);
    }
    return { directory, type: tags[0] };
  });
}

/** The table as policies of eslint-plugin-boundaries; what none of them allows is refused. */
export function policiesOf(projects) {
  const ofOurs = projects
    .flatMap((from) => {
      const source = { element: { type: from.directory } };
      return [
        { from: source, targets: targetsOf(from, MAY_IMPORT, projects) },
        { from: source, targets: targetsOf(from, MAY_IMPORT_TYPES, projects), kind: 'type' },
        { from: { ...source, file: { categories: 'spec' } }, targets: targetsOf(from, MAY_IMPORT_IN_SPECS, projects) },
      ];
    })
    .filter(({ targets }) => targets.length > 0)
    .map(policyOf);
  return [...ofOurs, ...OF_OTHERS];
}

function targetsOf(from, table, projects) {
  const allowed = table[from.type] ?? [];
  const targets = projects.filter((to) => to.directory !== from.directory && allowed.includes(to.type));
  return from.type === 'type:adapter' && table === MAY_IMPORT
    ? [...targets, ...sharedAdaptersFor(from, projects)]
    : targets;
}

function sharedAdaptersFor(from, projects) {
  return projects.filter(({ directory }) => ON_SHARED_ADAPTERS[directory]?.includes(from.directory));
}

/** By package name and through the index only: a relative path or a deep import into another project matches nothing. */
function policyOf({ from, targets, kind }) {
  return {
    from,
    allow: targets.map(({ directory }) => ({
      to: { element: { type: directory, fileInternalPath: 'src/index.ts' } },
      dependency: { source: '@mneme/*', ...(kind === undefined ? {} : { kind }) },
    })),
  };
}
