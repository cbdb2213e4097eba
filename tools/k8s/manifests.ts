import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** A Kubernetes object as its file has it. */
export interface Manifest {
  /** From the repository's root. */
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: unknown;
  readonly data?: Readonly<Record<string, string>>;
}

const root = resolve(import.meta.dirname, '../..');

/** Every object below a folder, kustomizations too. @throws Error for what is no YAML, anchors and doubled keys included. */
export function manifestsBelow(folder: string): readonly Manifest[] {
  return filesBelow(join(root, folder)).flatMap((path) =>
    parseAllDocuments(readFileSync(path, 'utf8'), { merge: false, uniqueKeys: true }).map((document) => {
      const [error] = document.errors;
      if (error !== undefined) throw new Error(`${relative(root, path)}: ${error.message}`);
      return { ...(document.toJS() as Omit<Manifest, 'file'>), file: relative(root, path) };
    }),
  );
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : path.endsWith('.yaml') ? [path] : []));
}
