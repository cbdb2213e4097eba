import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as keda from '@kubernetes-models/keda/keda.sh/v1alpha1';
import * as apps from 'kubernetes-models/apps/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import ts from 'typescript';
import type { Manifest } from './manifests.js';

const MODULES = {
  'apps/v1': { of: apps, name: 'kubernetes-models/apps/v1' },
  v1: { of: core, name: 'kubernetes-models/v1' },
  'policy/v1': { of: policy, name: 'kubernetes-models/policy/v1' },
  'networking.k8s.io/v1': { of: networking, name: 'kubernetes-models/networking.k8s.io/v1' },
  'keda.sh/v1alpha1': { of: keda, name: '@kubernetes-models/keda/keda.sh/v1alpha1' },
} as const;

type Model = new (object: object) => { validate(): void };

/** What the published schema of its kind has against an object; undefined: nothing. */
export function schemaProblem({ file: _file, ...object }: Manifest): string | undefined {
  const models = MODULES[object.apiVersion as keyof typeof MODULES];
  const model = (models?.of as Readonly<Record<string, Model>> | undefined)?.[object.kind];
  if (model === undefined) return `no schema for ${object.apiVersion} ${object.kind}`;
  try {
    new model(object).validate();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Fields that no kind has, of all objects at once: a cluster drops them, or refuses the object. The schemas allow them; the
 * types that belong to them do not.
 */
export function unknownFields(manifests: readonly Manifest[]): readonly string[] {
  const root = resolve(import.meta.dirname, '../..');
  // Within the repository, so that packages are found.
  const directory = mkdtempSync(join(root, 'node_modules', '.k8s-'));
  try {
    const file = join(directory, 'manifests.ts');
    writeFileSync(file, manifests.map(sourceOf).join('\n'));
    const options = { strict: true, noEmit: true, skipLibCheck: true, module: ts.ModuleKind.NodeNext, types: [] };
    const program = ts.createProgram([file], { ...options, moduleResolution: ts.ModuleResolutionKind.NodeNext });
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function sourceOf({ file: _file, ...object }: Manifest, index: number): string {
  const name = MODULES[object.apiVersion as keyof typeof MODULES]?.name ?? 'no-module';
  const alias = `I${index}`;
  const type = `import type { I${object.kind} as ${alias} } from '${name}';`;
  return `${type}\nexport const o${index}: ${alias} = ${JSON.stringify(object)};`;
}
