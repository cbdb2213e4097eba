import { LimitExceeded, type ReadScope } from '@mneme/domain';
import type { IndexFilter, IndexHit, LexicalQuery } from '@mneme/ports';
import { LEXICAL } from './collection-schema.js';
import { bestOf, HIT_FIELDS, HitReader } from './index-hits.js';
import {
  frequenciesOf,
  type HeldTerms,
  heldTermsOf,
  LexicalScore,
  type SetCounts,
  TERM_FIELDS,
} from './lexical-score.js';
import type { ModelCollection } from './model-collections.js';
import { sparseIndexOf } from './point-payload.js';
import type { QdrantConnection } from './qdrant-connection.js';
import type { QdrantLimits } from './qdrant-limits.js';
import { type Condition, scopeConditions, wantedConditions } from './scope-filter.js';
import type { ScopeCounts } from './scope-counts.js';

const TERMS_MAX = 65_535;

export interface LexicalParts {
  readonly connection: QdrantConnection;
  readonly limits: QdrantLimits;
  readonly counts: ScopeCounts;
}

export interface LexicalSearch {
  readonly scope: ReadScope;
  readonly query: LexicalQuery;
  readonly filter: IndexFilter;
}

/**
 * Best by BM25. Qdrant finds the memories that have a term, and which of them are the likely best where they are many;
 * scores are made here, from the terms that each holds and the counts of its readable set.
 */
export async function searchLexical(
  parts: LexicalParts,
  collection: ModelCollection,
  search: LexicalSearch,
): Promise<readonly IndexHit[]> {
  const { scope, query, filter } = search;
  const wanted = wantedConditions(scope, filter);
  if (wanted === undefined || query.limit === 0 || query.terms.length === 0) return [];
  if (parts.counts.isLarge(collection, scope)) return searchLarge(parts, collection, { ...search, wanted });
  const [set, { matches, hits }] = await Promise.all([
    parts.counts.ofSet(collection, scope),
    readMatches(parts, collection, { ...search, wanted }),
  ]);
  if (matches.size > parts.limits.matchesMax) return searchLarge(parts, collection, { ...search, wanted, set });
  const score = new LexicalScore(set, frequenciesOf(query.terms, matches.values()));
  return bestOf(
    hits.flatMap(({ id, hit }) => scored(hit, score.scoreOf(matches.get(id) ?? NO_TERMS))),
    query.limit,
  );
}

/** @throws LimitExceeded. */
export function requireTerms(terms: readonly number[]): void {
  if (terms.length <= TERMS_MAX) return;
  const detail = { limit: `termsMax=${TERMS_MAX}`, sent: String(terms.length) };
  throw new LimitExceeded('more than termsMax was asked for', detail);
}

interface WantedSearch extends LexicalSearch {
  /** What is wanted beside what is readable. */
  readonly wanted: readonly Condition[];
  readonly set?: SetCounts;
}

const NO_TERMS: HeldTerms = { terms: [], counts: [], length: 0 };

/**
 * All readable memories with a term, for their terms, and those of them that the filter wants, for the hits. Two requests:
 * one of a batch loses memories that are written while it runs.
 */
async function readMatches(
  { connection, limits }: LexicalParts,
  { alias }: ModelCollection,
  { scope, query, wanted }: WantedSearch,
) {
  const readable = scopeConditions(scope);
  const one = {
    collection_name: alias,
    ...sparseQueryOf(query.terms, () => 1),
    limit: limits.matchesMax + 1,
  };
  const all = { ...one, filter: { must: readable }, with_payload: TERM_FIELDS };
  const some = { ...one, filter: { must: [...readable, ...wanted] }, with_payload: HIT_FIELDS };
  const [readableOnes, wantedOnes] = await Promise.all(
    [all, some].map((request) => connection.ask((api, init) => api.queryPoints(request, init))),
  );
  const reader = new HitReader(scope);
  return {
    matches: new Map(readableOnes?.points.map(({ id, payload }) => [id, heldTermsOf(payload)])),
    hits: wantedOnes?.points.map(({ id, payload }) => ({ id, hit: reader.hitOf(payload, 0) })) ?? [],
  };
}

/** The likely best of too many to read them all, scored exactly. */
async function searchLarge(
  { connection, limits, counts }: LexicalParts,
  collection: ModelCollection,
  { scope, query, wanted, set: known }: WantedSearch,
): Promise<readonly IndexHit[]> {
  const { terms, limit } = query;
  const { set, withTerm } = await counts.ofLarge(collection, scope, { terms, ...(known && { set: known }) });
  const score = new LexicalScore(set, withTerm);
  const request = {
    ...sparseQueryOf(terms, (term) => score.weightOf(term)),
    filter: { must: [...scopeConditions(scope), ...wanted] },
    limit: Math.max(limit, limits.candidatesMax),
    with_payload: [...HIT_FIELDS, ...TERM_FIELDS],
  };
  const { points } = await connection.ask((api, init) =>
    api.queryPoints({ collection_name: collection.alias, ...request }, init),
  );
  const reader = new HitReader(scope);
  const hits = points.map(({ payload }) => scored(reader.hitOf(payload, 0), score.scoreOf(heldTermsOf(payload))));
  return bestOf(hits.flat(), limit);
}

function sparseQueryOf(terms: readonly number[], weightOf: (term: number) => number) {
  const weights = new Map<number, number>();
  for (const term of terms) {
    const index = sparseIndexOf(term);
    weights.set(index, Math.max(weights.get(index) ?? 0, weightOf(term)));
  }
  return { query: { indices: [...weights.keys()], values: [...weights.values()] }, using: LEXICAL };
}

function scored(hit: IndexHit, score: number | undefined): readonly IndexHit[] {
  return score === undefined ? [] : [{ ...hit, score }];
}
