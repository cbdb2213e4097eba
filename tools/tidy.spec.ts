import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');
const sources = ['apps', 'libs', 'e2e'].flatMap(sourceFilesBelow);
const LINES_MAX = 300;
const MAIN_LINES_MAX = 60;
const FORBIDDEN_WORDS = ['manager', 'helper', 'helpers', 'util', 'utils', 'base', 'impl', 'common'];
const LICENCES = ['Apache-2.0', 'MIT', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', '0BSD'];
// Packages under another licence that is as free, each with its reason.
const LICENCE_EXCEPTIONS: Readonly<Record<string, string>> = {};

describe('source files', () => {
  it('are found', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  it('have at most 300 lines', () => {
    expect(sources.filter((file) => linesOf(file) > LINES_MAX)).toEqual([]);
  });

  it('are named for a thing, in kebab-case', () => {
    const wordsOf = (file: string) => basename(file).split(/[.-]/);
    expect(sources.filter((file) => wordsOf(file).some((word) => FORBIDDEN_WORDS.includes(word)))).toEqual([]);
    expect(sources.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*\.ts$/.test(basename(file)))).toEqual([]);
  });

  it('read the environment in main.ts alone', () => {
    // A spec may hold the text of a program that it starts; what it reads itself is for lint to say.
    const allowed = /^apps\/[^/]+\/src\/main\.ts$|^e2e\/|\.spec\.ts$|^libs\/testing\/src\/engine-address\.ts$/;
    const readers = sources.filter((file) => /\bprocess\s*(\?\.|\.|\[['"])\s*env\b/.test(textOf(file)));
    expect(readers.filter((file) => !allowed.test(file))).toEqual([]);
  });

  it('leave no test out and none alone', () => {
    const narrowed = /\b(?:it|test|describe)\.(?:skip|only|todo)\b|\b(?:xit|fit|xdescribe|fdescribe)\(/;
    expect(sources.filter((file) => file.endsWith('.spec.ts') && narrowed.test(textOf(file)))).toEqual([]);
  });
});

describe('apps', () => {
  it('only compose in main.ts: at most 60 lines', () => {
    const mains = sources.filter((file) => /^apps\/[^/]+\/src\/main\.ts$/.test(file));
    expect(mains.filter((file) => linesOf(file) > MAIN_LINES_MAX)).toEqual([]);
  });
});

describe('libs', () => {
  const indexes = sources.filter((file) => /^libs\/.+\/src\/index\.ts$/.test(file));

  it.each(indexes)('%s begins by saying what the lib is', (file) => {
    expect(textOf(file)).toMatch(/^\/\*\*\s+\S/);
  });
});

describe('adapters', () => {
  it.each(implementations())('$file passes the suite of $port', ({ file, port }) => {
    const suite = `${port.charAt(0).toLowerCase()}${port.slice(1)}Contract(`;
    const specs = sources.filter((spec) => spec.startsWith(projectOf(file)) && spec.endsWith('.spec.ts'));
    expect(specs.filter((spec) => textOf(spec).includes(suite))).not.toEqual([]);
  });
});

describe('events', () => {
  const schemas = sources.filter((file) => /^libs\/contracts\/events\/src\/[a-z-]+\.v\d+\.ts$/.test(file));

  it.each(schemas)('%s has a golden sample', (file) => {
    const sample = JSON.parse(textOf(`libs/contracts/events/golden/${basename(file, '.ts')}.json`)) as {
      type: string;
      v: number;
    };
    expect(`${sample.type}.v${sample.v}`).toBe(basename(file, '.ts'));
  });
});

describe('packages', () => {
  it('that run in production are under a free licence', () => {
    const strangers = productionPackages().filter(
      ({ name, licences }) => !(name in LICENCE_EXCEPTIONS) && !licences.every((licence) => LICENCES.includes(licence)),
    );
    expect(strangers).toEqual([]);
  });

  it('of ours are under Apache-2.0, private, and depend on what the root installs', () => {
    const rootManifest = manifestOf('package.json');
    const installed = { ...rootManifest.dependencies, ...rootManifest.devDependencies };
    for (const [directory, entry] of Object.entries(lockedPackages())) {
      if (directory.includes('node_modules') || directory === '' || entry.link === true) continue;
      const manifest = manifestOf(`${directory}/package.json`);
      expect([directory, manifest.license, manifest.private]).toEqual([directory, 'Apache-2.0', true]);
      const strangers = Object.keys(manifest.dependencies ?? {}).filter((name) => !name.startsWith('@mneme/'));
      expect(strangers.filter((name) => !(name in installed))).toEqual([]);
    }
  });
});

interface Manifest {
  readonly license?: string;
  readonly licenses?: readonly { readonly type: string }[];
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

interface LockEntry {
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly license?: string;
}

/** Exported classes of adapters by the port that each implements; a class of two ports is there twice. */
function implementations(): readonly { readonly file: string; readonly port: string }[] {
  const ports = new Set(portNames());
  const adapters = sources.filter(
    (file) => /^libs\/adapters\/[^/]+\/src\/[^/]+\.ts$/.test(file) && !file.endsWith('.spec.ts'),
  );
  return adapters.flatMap((file) =>
    [...textOf(file).matchAll(/\bclass\s+\w+[^{]*?\bimplements\s+([^{]+)\{/g)]
      .flatMap(([, list]) => (list ?? '').split(',').map((name) => name.trim()))
      .filter((port) => ports.has(port))
      .map((port) => ({ file, port })),
  );
}

/** A port is named for its file: `event-log.ts` holds `EventLog`, and the types that speak of it. */
function portNames(): readonly string[] {
  return sources
    .filter((file) => /^libs\/ports\/src\/[^/]+\.ts$/.test(file))
    .map((file) => basename(file, '.ts').replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()));
}

/** What `npm ci --omit=dev` installs, with the licences that each package declares. */
function productionPackages(): readonly { readonly name: string; readonly licences: readonly string[] }[] {
  return Object.entries(lockedPackages())
    .filter(([path, { dev, link }]) => path.includes('node_modules/') && dev !== true && link !== true)
    .map(([path, entry]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      licences: licencesOf(path, entry),
    }));
}

/** A package for another platform is locked but not installed; the lock file knows its licence. */
function licencesOf(path: string, entry: LockEntry): readonly string[] {
  const file = join(path, 'package.json');
  const manifest: Manifest = existsSync(join(root, file)) ? manifestOf(file) : entry;
  const declared = manifest.license ?? manifest.licenses?.map(({ type }) => type).join(' AND ') ?? 'none';
  return declared.replace(/^\((.*)\)$/, '$1').split(' AND ');
}

function lockedPackages(): Readonly<Record<string, LockEntry>> {
  return (JSON.parse(textOf('package-lock.json')) as { packages: Record<string, LockEntry> }).packages;
}

function manifestOf(file: string): Manifest {
  return JSON.parse(textOf(file)) as Manifest;
}

function sourceFilesBelow(directory: string): readonly string[] {
  if (!existsSync(join(root, directory))) return [];
  return readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .map((file) => `${directory}/${file}`)
    .filter((file) => file.endsWith('.ts') && !/(^|\/)(node_modules|dist|generated|data)\//.test(file))
    .sort();
}

function projectOf(file: string): string {
  return file.slice(0, file.indexOf('/src/') + 1);
}

function linesOf(file: string): number {
  return textOf(file).trimEnd().split('\n').length;
}

function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
