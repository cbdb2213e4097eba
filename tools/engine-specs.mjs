import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { root, workspaceDirectories } from './workspaces.mjs';

const ASKS_FOR = /\bengineAddress\(\s*['"]([a-z0-9]+)['"]/g;
const IMPORTS = /\bfrom\s+['"](\.{1,2}\/[^'"]+)\.js['"]/g;

/** Every spec of a real engine, and which engines it asks for, itself or in what it imports of its own project. */
export function engineSpecs(directories = workspaceDirectories().map((directory) => join(root, directory))) {
  return directories.flatMap((directory) =>
    specsBelow(join(directory, 'src')).map((file) => ({ file, engines: [...enginesOf(file, new Set())].sort() })),
  );
}

function specsBelow(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.int.spec.ts'))
    .sort()
    .map((file) => join(directory, file));
}

function enginesOf(file, seen) {
  if (seen.has(file) || !existsSync(file)) return new Set();
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const own = [...text.matchAll(ASKS_FOR)].map(([, engine]) => engine);
  const imported = [...text.matchAll(IMPORTS)].map(([, path]) => resolve(dirname(file), `${path}.ts`));
  return new Set([...own, ...imported.flatMap((one) => [...enginesOf(one, seen)])]);
}
