import type { ReadScope } from '@mneme/domain';
import type { SetCounts, TermFrequencies } from './lexical-score.js';
import type { ModelCollection } from './model-collections.js';
import type { QdrantConnection } from './qdrant-connection.js';
import type { QdrantLimits } from './qdrant-limits.js';
import { type Condition, is, scopeConditions } from './scope-filter.js';

/** Enough for every length that a text can have: 64 KiB hold at most as many terms. */
const LENGTHS_MAX = 66_000;

interface KeptCounts {
  readonly sinceMs: number;
  readonly set: SetCounts;
  readonly withTerm: Map<number, number>;
}

/**
 * What BM25 needs to know of a readable set, counted by Qdrant under the scope's own conditions. Those of a set too
 * large to be read are kept for a moment: sums over thousands of memories, by scope, and no record's own.
 */
export class ScopeCounts {
  private readonly kept = new Map<string, KeptCounts>();

  constructor(
    private readonly connection: QdrantConnection,
    private readonly limits: QdrantLimits,
  ) {}

  /** Documents and their lengths, as they are now. */
  async ofSet({ alias }: ModelCollection, scope: ReadScope): Promise<SetCounts> {
    const request = { key: 'length', limit: LENGTHS_MAX, filter: { must: scopeConditions(scope) }, exact: true };
    const { hits } = await this.connection.ask((api, init) => api.facet({ collection_name: alias, ...request }, init));
    let [documents, length] = [0, 0];
    for (const { value, count } of hits) {
      documents += count;
      length += Number(value) * count;
    }
    return { documents, length };
  }

  /** Whether the scope was too large a moment ago. */
  isLarge(collection: ModelCollection, scope: ReadScope): boolean {
    return this.fresh(keyOf(collection, scope)) !== undefined;
  }

  /** Counts of a large set, and of those of its terms that are not known yet. */
  async ofLarge(
    collection: ModelCollection,
    scope: ReadScope,
    { terms, set }: { readonly terms: readonly number[]; readonly set?: SetCounts },
  ): Promise<{ readonly set: SetCounts; readonly withTerm: TermFrequencies }> {
    const key = keyOf(collection, scope);
    let counts = this.fresh(key);
    if (counts === undefined) {
      counts = {
        sinceMs: performance.now(),
        set: set ?? (await this.ofSet(collection, scope)),
        withTerm: new Map(),
      };
      this.keep(key, counts);
    }
    const { withTerm } = counts;
    const unknown = terms.filter((term) => !withTerm.has(term));
    await this.countEach(collection, scope, { terms: unknown, into: withTerm });
    return { set: counts.set, withTerm: new Map(terms.map((term) => [term, withTerm.get(term) ?? 0])) };
  }

  /** Nothing that was counted before an erasure is kept. */
  forget(): void {
    this.kept.clear();
  }

  private async countEach(
    { alias }: ModelCollection,
    scope: ReadScope,
    { terms, into }: { readonly terms: readonly number[]; readonly into: Map<number, number> },
  ): Promise<void> {
    const readable: Condition[] = scopeConditions(scope);
    const left = [...terms];
    const countNext = async (): Promise<void> => {
      for (let term = left.pop(); term !== undefined; term = left.pop()) {
        const request = { filter: { must: [...readable, is('terms', term)] }, exact: true };
        const { count } = await this.connection.ask((api, init) =>
          api.countPoints({ collection_name: alias, ...request }, init),
        );
        into.set(term, count);
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.limits.countsAtOnceMax, terms.length) }, countNext));
  }

  private fresh(key: string): KeptCounts | undefined {
    const counts = this.kept.get(key);
    if (counts === undefined || performance.now() - counts.sinceMs < this.limits.countsKeptMs) return counts;
    this.kept.delete(key);
    return undefined;
  }

  // The oldest one makes room: a Map keeps the order of insertion.
  private keep(key: string, counts: KeptCounts): void {
    if (this.limits.countsKeptMs === 0) return;
    this.kept.delete(key);
    this.kept.set(key, counts);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.limits.scopesKeptMax) return;
      this.kept.delete(oldest);
    }
  }
}

// The whole of what is counted by: two scopes that read differently never share.
function keyOf({ alias }: ModelCollection, scope: ReadScope): string {
  return JSON.stringify([alias, scopeConditions(scope)]);
}
