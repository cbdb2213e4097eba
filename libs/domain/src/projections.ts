import type { MemoryContent, MemoryDerived, TurnId } from '@mneme/events';
import { blindTermOf, type IndexKeys } from './index-keys.js';
import { indexedTextOf } from './indexed-text.js';
import { stemCountsOf } from './lexical.js';
import { type DataKeys, keyedHash } from './sealing.js';
import { epochMsOf } from './time.js';

/**
 * A memory version as the catalogue keeps it: the event, with instants in epoch milliseconds, and its text sealed. The
 * edge of a fact is the graph's.
 */
export type CatalogueRow = Omit<
  MemoryDerived,
  'type' | 'v' | 'occurredAt' | 'reviewBy' | 'expiresAt' | 'fact' | 'isRepublished'
> & {
  readonly occurredAtMs: number;
  readonly reviewByMs?: number;
  readonly expiresAtMs?: number;
};

/** The turns behind a memory: an episode's parents, or the root of what was derived from one. */
export function turnIdsOf({ kind, derivedFrom, sourceId }: Pick<MemoryDerived, 'kind' | 'derivedFrom' | 'sourceId'>) {
  return (kind === 'fact' ? [sourceId as string] : [...derivedFrom]) as TurnId[];
}

/** Pure: the same event gives the same row. */
export function catalogueRowOf(memory: MemoryDerived): CatalogueRow {
  const { type: _t, v: _v, fact: _fact, isRepublished: _again, occurredAt, reviewBy, expiresAt, ...rest } = memory;
  return {
    ...rest,
    occurredAtMs: epochMsOf(occurredAt),
    ...(reviewBy === undefined ? {} : { reviewByMs: epochMsOf(reviewBy) }),
    ...(expiresAt === undefined ? {} : { expiresAtMs: epochMsOf(expiresAt) }),
  };
}

/** A blind term and how often it occurs, ascending by term. */
export interface TermCount {
  readonly term: number;
  readonly count: number;
}

/** A memory as the vector index keeps it, without its vectors: filter fields and blind terms, no text. */
export type IndexEntry = Omit<CatalogueRow, 'sealed' | 'importance' | 'reviewByMs' | 'derivedFrom'> & {
  readonly model: string;
  /** Numbers of each of its vectors. */
  readonly dimensions: number;
  /** Keyed hash of the indexed text. */
  readonly inputHash: string;
  readonly terms: readonly TermCount[];
  /** Blind terms of the speaker's name. */
  readonly speakerTerms: readonly number[];
};

export interface IndexInput {
  readonly content: MemoryContent;
  readonly dataKeys: DataKeys;
  readonly indexKeys: IndexKeys;
  /** The embedding model that the vectors are from. */
  readonly model: { readonly id: string; readonly dimensions: number };
  /** Stems already hashed, so that one batch hashes each stem of a tenant once. */
  readonly blinded?: Map<string, number>;
}

/** Pure: the same event and keys give the same entry. The version of the text's form is part of the hash. */
export function indexEntryOf(memory: MemoryDerived, input: IndexInput): IndexEntry {
  const {
    sealed: _sealed,
    importance: _importance,
    reviewByMs: _reviewBy,
    derivedFrom: _parents,
    ...fields
  } = catalogueRowOf(memory);
  const text = indexedTextOf(input.content, memory.occurredAt);
  return {
    ...fields,
    model: input.model.id,
    dimensions: input.model.dimensions,
    inputHash: keyedHash(input.dataKeys.input, `1\0${input.model.id}\0${text}`),
    terms: blindTermsOf(text, input),
    speakerTerms: blindTermsOf(input.content.speakerName ?? '', input).map(({ term }) => term),
  };
}

/** Blind terms of a text, ascending; stems that fall on the same term are one. */
export function blindTermsOf(
  text: string,
  keys: { readonly indexKeys: IndexKeys; readonly blinded?: Map<string, number> },
): readonly TermCount[] {
  const counts = new Map<number, number>();
  for (const [stem, count] of stemCountsOf(text)) {
    let term = keys.blinded?.get(stem);
    if (term === undefined) {
      term = blindTermOf(keys.indexKeys, stem);
      keys.blinded?.set(stem, term);
    }
    counts.set(term, (counts.get(term) ?? 0) + count);
  }
  return [...counts].map(([term, count]) => ({ term, count })).sort((a, b) => a.term - b.term);
}
