import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { transform } from '@swc/core';

/** `node --import` of this file runs our sources as they are, for tests that need a process of their own to kill. */
if (isMainThread) register(import.meta.url);

export async function resolve(specifier, context, next) {
  if (specifier.startsWith('.') && specifier.endsWith('.js')) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(source)) return next(source.href, context);
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const filename = fileURLToPath(url);
  const jsc = { target: 'es2023', parser: { syntax: 'typescript', decorators: true } };
  const { code } = await transform(await readFile(filename, 'utf8'), { filename, jsc, module: { type: 'es6' } });
  return { format: 'module', shortCircuit: true, source: code };
}
