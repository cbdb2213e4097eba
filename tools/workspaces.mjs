import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');

/** Directories of the npm workspaces that have a package.json, relative to the root, sorted. */
export function workspaceDirectories() {
  const { workspaces } = readJson('package.json');
  return workspaces
    .flatMap(expand)
    .filter((directory) => existsSync(`${root}/${directory}/package.json`))
    .sort();
}

/** Parses a JSON file named by its path from the root. */
export function readJson(path) {
  return JSON.parse(readFileSync(`${root}/${path}`, 'utf8'));
}

function expand(pattern) {
  if (!pattern.endsWith('/*')) return [pattern];
  const parent = pattern.slice(0, -2);
  return existsSync(`${root}/${parent}`) ? readdirSync(`${root}/${parent}`).map((name) => `${parent}/${name}`) : [];
}
