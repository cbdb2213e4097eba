import { createHash } from 'node:crypto';
import type { MemoryDerived } from '@mneme/events';
import { catalogueRowOf, type TermCount } from '@mneme/domain';
import type { IndexedMemory, IndexFilter } from '@mneme/ports';
import { aMemory } from './builders.js';

export const A_MODEL = 'model-of-4';

export interface IndexedGiven {
  readonly memory?: Partial<MemoryDerived>;
  /** Unit vectors of 4 numbers by default. */
  readonly vectors?: readonly Float32Array[];
  readonly model?: string;
  readonly terms?: readonly TermCount[];
}

/** A memory as the vector index takes it, with the terms of `words`; give what the test is about. */
export function anIndexedMemory(words: string, given: IndexedGiven = {}): IndexedMemory {
  const {
    sealed: _sealed,
    importance: _importance,
    reviewByMs: _reviewBy,
    derivedFrom: _parents,
    ...fields
  } = catalogueRowOf(aMemory(given.memory));
  const vectors = given.vectors ?? [unitVector(1, 0, 0, 0)];
  return {
    ...fields,
    model: given.model ?? A_MODEL,
    dimensions: vectors[0]?.length ?? 0,
    inputHash: createHash('sha256').update(words).digest('hex'),
    terms: given.terms ?? termCountsOf(words),
    speakerTerms: [termOf('speaker')],
    vectors,
  };
}

/** A term of 52 bits for a word, as a tenant's key would make one. */
export function termOf(word: string): number {
  const digest = createHash('sha256').update(word).digest();
  return digest.readUInt32BE(0) * 0x100000 + (digest.readUInt32BE(4) >>> 12);
}

export function termsOf(words: string): readonly number[] {
  return [...new Set(words.split(' '))].map(termOf);
}

function termCountsOf(words: string): readonly TermCount[] {
  const counts = new Map<number, number>();
  for (const term of words.split(' ').map(termOf)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return [...counts].map(([term, count]) => ({ term, count })).sort((a, b) => a.term - b.term);
}

export function unitVector(...numbers: readonly number[]): Float32Array {
  const norm = Math.hypot(...numbers);
  return Float32Array.from(numbers, (number) => number / norm);
}

/** Lets everything pass; give what the test is about. */
export function anIndexFilter(given: Partial<IndexFilter> = {}): IndexFilter {
  return { model: A_MODEL, confidenceMin: 0, nowMs: Date.parse('2026-01-02T00:00:00.000Z'), ...given };
}
