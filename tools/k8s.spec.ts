import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ENGINES_OF, enginesOf, type ServiceName } from '../libs/wiring/src/engines-of.js';
import { type Manifest, manifestsBelow } from './k8s/manifests.js';
import { schemaProblem, unknownFields } from './k8s/schemas.js';

const root = resolve(import.meta.dirname, '..');
const all = manifestsBelow('k8s');
const kustomizations = all.filter(({ apiVersion }) => apiVersion.startsWith('kustomize.config.k8s.io/'));
/** A file that only changes another's object is not whole by itself. */
const patches = new Set(kustomizations.flatMap(patchFilesOf));
const objects = all.filter((one) => !kustomizations.includes(one) && !patches.has(one.file));
const base = objects.filter(({ file }) => file.startsWith('k8s/base/'));
const deployments = base.filter(({ kind }) => kind === 'Deployment');
const services = Object.keys(ENGINES_OF).filter((name) => name !== 'standalone') as ServiceName[];
const ENGINES = ['kafka', 'postgres', 'qdrant', 'neo4j', 'redis'] as const;
const CONSUMERS: readonly string[] = ['write-filter', 'embedder', 'graph-extractor'];
const SCALE_DOWN_WAIT_S_MIN = 300;

describe('manifests', () => {
  it('fit the published schemas of their kinds', () => {
    expect(objects.length).toBeGreaterThan(30);
    expect(objects.flatMap((one) => [schemaProblem(one)].flatMap((problem) => problem ?? []))).toEqual([]);
  });

  it('have no field that their kind does not know', () => {
    expect(unknownFields(objects)).toEqual([]);
  });

  it('are found out when they have one, or a wrong type', () => {
    const [first] = deployments as [Manifest];
    const { replicas: _replicas, ...spec } = specOf(first);
    expect(unknownFields([{ ...first, spec: { ...spec, replica: 2 } }])).toHaveLength(1);
    expect(schemaProblem({ ...first, spec: { ...spec, replicas: 'two' } })).toContain('replicas');
  });

  it('are all named by a kustomization, whose files are all there', () => {
    const named = new Set(kustomizations.flatMap(filesNamedBy));
    expect([...named].filter((file) => !existsSync(join(root, file)))).toEqual([]);
    expect([...objects, ...all.filter(({ file }) => patches.has(file))].filter(({ file }) => !named.has(file))).toEqual(
      [],
    );
  });

  it('give each object once', () => {
    const names = base.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
  });
});

describe('each service', () => {
  it('has a deployment, a budget of disruptions, and one that takes requests a service', () => {
    const named = (kind: string) =>
      base
        .filter((one) => one.kind === kind)
        .map(({ metadata }) => metadata.name)
        .sort();
    const names = services.map((service) => `mneme-${service}`).sort();
    expect(named('Deployment')).toEqual(names);
    expect(named('PodDisruptionBudget')).toEqual(names);
    expect(named('Service')).toEqual(names.filter((name) => !CONSUMERS.includes(name.replace('mneme-', ''))));
  });

  it.each(services)('%s is confined, probed, limited and drained', (service) => {
    const spec = podOf(service);
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(20);
    for (const container of [...spec.containers, ...spec.initContainers]) {
      expect(container.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources).toMatchObject({
        requests: { memory: expect.anything() },
        limits: { memory: expect.anything() },
      });
      expect(container.image).toBe('mneme');
    }
    const [container] = spec.containers as [Container];
    expect(container).toMatchObject({
      args: [service],
      livenessProbe: { httpGet: { path: '/healthz' } },
      readinessProbe: { httpGet: { path: '/readyz' } },
      startupProbe: { httpGet: { path: '/healthz' } },
    });
  });

  it.each(services)('%s is told where the engines are that it opens, and of no other', (service) => {
    const [{ env }] = podOf(service).containers as [Container];
    const named = env.map(({ name }) => name);
    const told = ENGINES.filter((engine) => named.some((name) => name.startsWith(`MNEME_${engine.toUpperCase()}_`)));
    expect(told.sort()).toEqual([...enginesOf(service)].sort());
    const mayCommit = (ENGINES_OF[service].also as readonly string[]).includes('commitment-key');
    expect(named.includes('MNEME_COMMITMENT_KEY_FILE')).toBe(mayCommit);
  });

  it('is given variables that some parser reads, and none of a secret in the clear', () => {
    const parsers = sourcesBelow('libs')
      .concat(sourcesBelow('apps'))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const variables = services.flatMap((service) => podOf(service).containers.flatMap(({ env }) => env));
    expect([...new Set(variables.map(({ name }) => name))].filter((name) => !parsers.includes(`'${name}'`))).toEqual(
      [],
    );
    const secret = /PASSWORD|API_KEY$|POSTGRES_URL|REDIS_URL/;
    expect(variables.filter(({ name, value }) => secret.test(name) && value !== undefined)).toEqual([]);
  });
});

describe('a store', () => {
  const policies = base.filter(({ kind }) => kind === 'NetworkPolicy');
  const policy = (name: string) => specOf<Policy>(policies.find(({ metadata }) => metadata.name === name) as Manifest);

  it('is reached by nothing that no policy names', () => {
    expect(policy('mneme-default')).toMatchObject({ policyTypes: ['Ingress', 'Egress'] });
    expect(policy('mneme-default').ingress).toBeUndefined();
  });

  it.each(ENGINES)('%s is reached by the services that open it and nothing else, and they reach it', (engine) => {
    const users = services.filter((service) => enginesOf(service).includes(engine)).map((name) => `mneme-${name}`);
    const { podSelector, ingress } = policy(`mneme-${engine}`);
    expect(podSelector).toEqual({ matchLabels: { 'mneme.dev/engine': engine } });
    expect(ingress).toHaveLength(1);
    expect(ingress?.[0]?.from).toHaveLength(1);
    expect(valuesOf(ingress?.[0]?.from[0]?.podSelector)).toEqual(users);
    expect(valuesOf(policy(`mneme-to-${engine}`).podSelector)).toEqual(users);
  });
});

describe('scaling', () => {
  const scaled = base.filter(({ kind }) => kind === 'ScaledObject');
  const partitions = Number(base.find(({ kind }) => kind === 'ConfigMap')?.data?.['kafka-partitions']);

  it.each(CONSUMERS)(
    '%s goes by how long the oldest record waits, never beyond the partitions, and down slowly',
    (name) => {
      const spec = specOf<Scaled>(scaled.find(({ metadata }) => metadata.name === `mneme-${name}`) as Manifest);
      expect(spec.maxReplicaCount).toBeLessThanOrEqual(partitions);
      expect(spec.minReplicaCount).toBeGreaterThanOrEqual(1);
      expect(spec.triggers[0]?.metadata['query']).toMatch(/mneme_group_lag_seconds\{group=~"/);
      const { scaleDown } = spec.advanced.horizontalPodAutoscalerConfig.behavior;
      expect(scaleDown.stabilizationWindowSeconds).toBeGreaterThanOrEqual(SCALE_DOWN_WAIT_S_MIN);
      expect(scaleDown.policies).toEqual([{ type: 'Pods', value: 1, periodSeconds: expect.any(Number) }]);
    },
  );

  it('leaves alone what has one pod, which is gone before the next begins', () => {
    for (const name of ['erasure', 'maintenance']) {
      const deployment = deployments.find(({ metadata }) => metadata.name === `mneme-${name}`) as Manifest;
      expect(specOf(deployment)).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    }
    const names = scaled.map(({ metadata }) => metadata.name);
    expect(names).not.toContain('mneme-erasure');
    expect(names).not.toContain('mneme-maintenance');
  });
});

describe('images', () => {
  it('are pinned', () => {
    const images = objects.flatMap((one) => JSON.stringify(one).match(/"image":"[^"]+"/g) ?? []);
    const loose = images.filter((image) => image !== '"image":"mneme"' && !/:v?\d+\.\d+(\.\d+)?[^":]*"$/.test(image));
    expect(loose).toEqual([]);
    for (const { images: named = [] } of kustomizations as unknown as readonly Kustomization[]) {
      for (const { newTag } of named) expect(newTag).toMatch(/^\d+\.\d+\.\d+/);
    }
  });
});

interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext: object;
  readonly resources: object;
}

interface Pod {
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
  readonly terminationGracePeriodSeconds: number;
}

interface Policy {
  readonly podSelector: object;
  readonly ingress?: readonly { readonly from: readonly { readonly podSelector: object }[] }[];
}

interface Scaled {
  readonly minReplicaCount: number;
  readonly maxReplicaCount: number;
  readonly triggers: readonly { readonly metadata: Readonly<Record<string, string>> }[];
  readonly advanced: {
    readonly horizontalPodAutoscalerConfig: {
      readonly behavior: {
        readonly scaleDown: { readonly stabilizationWindowSeconds: number; readonly policies: object[] };
      };
    };
  };
}

interface Kustomization {
  readonly file: string;
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly patches?: readonly { readonly path?: string }[];
  readonly images?: readonly { readonly newTag: string }[];
}

function specOf<T = Record<string, unknown>>({ spec }: Manifest): T {
  return spec as T;
}

function podOf(service: string): Pod {
  const deployment = deployments.find(({ metadata }) => metadata.name === `mneme-${service}`) as Manifest;
  return (specOf(deployment)['template'] as { spec: Pod }).spec;
}

function valuesOf(selector: object | undefined): readonly string[] {
  const { matchExpressions = [] } = selector as { matchExpressions?: { readonly values: readonly string[] }[] };
  return matchExpressions.flatMap(({ values }) => values);
}

function patchFilesOf(one: Manifest): readonly string[] {
  const { patches: own = [] } = one as unknown as Kustomization;
  return own.flatMap(({ path }) => (path === undefined ? [] : [join(dirname(one.file), path)]));
}

/** What it names, a folder as its kustomization. */
function filesNamedBy(one: Manifest): readonly string[] {
  const { resources = [], components = [] } = one as unknown as Kustomization;
  const named = [...resources, ...components].map((path) => join(dirname(one.file), path));
  const files = named.map((path) => (path.endsWith('.yaml') ? path : join(path, 'kustomization.yaml')));
  return [...files, ...patchFilesOf(one)];
}

function sourcesBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\/src\/.*\.ts$/.test(file) && !/\.spec\.ts$|node_modules|\/dist\//.test(file))
    .map((file) => join(root, folder, file));
}
