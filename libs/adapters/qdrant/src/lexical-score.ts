import { Corrupt, inverseDocumentFrequency, termScore } from '@mneme/domain';

/** The blind terms of one memory, as its point holds them. */
export interface HeldTerms {
  readonly terms: readonly number[];
  readonly counts: readonly number[];
  readonly length: number;
}

export const TERM_FIELDS = ['terms', 'counts', 'length'];

/** Documents of a readable set and their lengths, before any filter. */
export interface SetCounts {
  readonly documents: number;
  readonly length: number;
}

/** How many of the documents have each of the terms. */
export type TermFrequencies = ReadonlyMap<number, number>;

/** BM25 of a question within one readable set. */
export class LexicalScore {
  private readonly meanLength: number;
  private readonly weights: ReadonlyMap<number, number>;

  constructor({ documents, length }: SetCounts, withTerm: TermFrequencies) {
    this.meanLength = documents === 0 ? 1 : Math.max(length / documents, Number.MIN_VALUE);
    this.weights = new Map(
      // A document that came after the others were counted makes no negative one of the rest.
      [...withTerm].map(([term, count]) => [term, inverseDocumentFrequency(Math.max(documents, count), count)]),
    );
  }

  /** What a term adds, before its frequency in a text. */
  weightOf(term: number): number {
    return this.weights.get(term) ?? 0;
  }

  /** Sums in the order of the memory's terms, which no other record changes; undefined when it has none of them. */
  scoreOf({ terms, counts, length }: HeldTerms): number | undefined {
    const ratio = length / this.meanLength;
    let score: number | undefined;
    for (const [at, term] of terms.entries()) {
      const weight = this.weights.get(term);
      if (weight !== undefined) score = (score ?? 0) + termScore(weight, counts[at] as number, ratio);
    }
    return score;
  }
}

/** How many of the memories have each of the terms; terms that none has are in it with 0. */
export function frequenciesOf(terms: readonly number[], memories: Iterable<HeldTerms>): Map<number, number> {
  const withTerm = new Map(terms.map((term) => [term, 0]));
  for (const memory of memories) {
    for (const term of memory.terms) {
      const count = withTerm.get(term);
      if (count !== undefined) withTerm.set(term, count + 1);
    }
  }
  return withTerm;
}

/** @throws Corrupt when a point does not hold its terms. */
export function heldTermsOf(payload: unknown): HeldTerms {
  const { terms, counts, length } = (payload ?? {}) as Partial<HeldTerms>;
  if (!Array.isArray(terms) || !Array.isArray(counts) || typeof length !== 'number') {
    throw new Corrupt('an index entry is not as it was written');
  }
  return { terms, counts, length };
}
