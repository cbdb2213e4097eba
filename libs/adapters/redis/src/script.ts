import { createHash } from 'node:crypto';

/** A program for the engine, and the name under which the engine keeps it. */
export interface Script {
  readonly source: string;
  readonly sha1: string;
}

/**
 * What the engine lets it do. `adds`: refused whole when memory is full, never halfway. `frees`: runs then too, so that
 * an erasure is not in want of room. `reads`: writes nothing.
 */
export type ScriptKind = 'adds' | 'frees' | 'reads';

const FLAGS: Readonly<Record<ScriptKind, string>> = {
  adds: '#!lua',
  frees: '#!lua flags=allow-oom',
  reads: '#!lua flags=no-writes',
};

export function scriptOf(kind: ScriptKind, ...parts: readonly string[]): Script {
  const source = [FLAGS[kind], ...parts].join('\n');
  return { source, sha1: createHash('sha1').update(source).digest('hex') };
}
