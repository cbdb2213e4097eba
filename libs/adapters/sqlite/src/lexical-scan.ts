import { inverseDocumentFrequency, termScore } from '@mneme/domain';
import type { BestHits } from './best-hits.js';
import type { EntryBlock } from './entry-block.js';
import { COUNT_MAX, halvesOf, highOf, POSTING_WORDS } from './packed-entry.js';
import type { RowFilter } from './row-filter.js';

const SLOTS_MIN = 4_096;
const SLOTS_PER_TERM = 8;

/** The terms of a question in a small open hash table, since nearly every posting that is looked up is not there. */
export class QueryTerms {
  /** Position of a term plus one; 0 is free. A posting is only worth a look-up where its slot is taken. */
  readonly slots: Uint16Array;
  readonly mask: number;
  private readonly lows: Uint32Array;
  private readonly highs: Uint32Array;

  /** At most 65,535 terms. */
  constructor(readonly terms: readonly number[]) {
    let size = SLOTS_MIN;
    while (size < terms.length * SLOTS_PER_TERM) size *= 2;
    this.slots = new Uint16Array(size);
    this.mask = size - 1;
    this.lows = Uint32Array.from(terms, (term) => halvesOf(term).low);
    this.highs = Uint32Array.from(terms, (term) => halvesOf(term).high);
    terms.forEach((_, index) => {
      this.slots[this.freeSlot(this.lows[index] as number)] = index + 1;
    });
  }

  /** Position of a posting's term among the terms, or -1. */
  indexOf(low: number, word: number): number {
    const { slots, mask } = this;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const index = (slots[slot] as number) - 1;
      if (index < 0) return -1;
      if (this.lows[index] === low && this.highs[index] === highOf(word)) return index;
    }
  }

  private freeSlot(low: number): number {
    let slot = low & this.mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & this.mask;
    return slot;
  }
}

/** Counts over the readable set, before any filter: whole numbers, so that the order of blocks does not matter. */
export class LexicalStatistics {
  private documents = 0;
  private length = 0;
  private readonly withTerm: Float64Array;

  constructor(
    private readonly query: QueryTerms,
    private readonly filter: RowFilter,
  ) {
    this.withTerm = new Float64Array(query.terms.length);
  }

  /** One pass over a block's rows that are alive at `change`. */
  count(block: EntryBlock, change: number): void {
    const { readable } = this.filter.maskOf(block);
    for (let row = 0; row < block.rows; row++) {
      if (readable[block.facetOf[row] as number] === 0 || (block.deadAt[row] as number) <= change) continue;
      this.documents += 1;
      this.length += block.lengths[row] as number;
      this.countTerms(block, row);
    }
  }

  /** Inverse document frequency of each term of the question. */
  frequencies(): Float64Array {
    return this.withTerm.map((withTerm) => inverseDocumentFrequency(this.documents, withTerm));
  }

  get meanLength(): number {
    return this.documents === 0 ? 1 : Math.max(this.length / this.documents, Number.MIN_VALUE);
  }

  private countTerms({ postings, postingStart }: EntryBlock, row: number): void {
    const { slots, mask } = this.query;
    const end = postingStart[row + 1] as number;
    let last = -1;
    for (let at = postingStart[row] as number; at < end; at += POSTING_WORDS) {
      const low = postings[at] as number;
      if (slots[low & mask] === 0) continue;
      const term = this.query.indexOf(low, postings[at + 1] as number);
      if (term < 0 || term === last) continue;
      this.withTerm[term] = (this.withTerm[term] as number) + 1;
      last = term;
    }
  }
}

export interface LexicalSearch {
  readonly query: QueryTerms;
  readonly filter: RowFilter;
  readonly frequencies: Float64Array;
  readonly meanLength: number;
  readonly best: BestHits;
}

/** The second pass: offers each row that passes the filter and holds one of the terms, with its BM25. */
export function scanLexical(block: EntryBlock, change: number, search: LexicalSearch): void {
  const { wanted } = search.filter.maskOf(block);
  for (let row = 0; row < block.rows; row++) {
    if (wanted[block.facetOf[row] as number] === 0 || (block.deadAt[row] as number) <= change) continue;
    const score = scoreOf(block, row, search);
    if (score >= 0 && search.filter.accepts(block, row)) search.best.offer(score, block, row);
  }
}

// Sums in the order of the row's terms, which no other record changes. -1 when it holds none of them.
function scoreOf({ postings, postingStart, lengths }: EntryBlock, row: number, search: LexicalSearch): number {
  const { query, frequencies } = search;
  const { slots, mask } = query;
  const ratio = (lengths[row] as number) / search.meanLength;
  const end = postingStart[row + 1] as number;
  let score = 0;
  let last = -1;
  let count = 0;
  for (let at = postingStart[row] as number; at < end; at += POSTING_WORDS) {
    const low = postings[at] as number;
    if (slots[low & mask] === 0) continue;
    const word = postings[at + 1] as number;
    const term = query.indexOf(low, word);
    if (term < 0) continue;
    if (term !== last && last >= 0) score += termScore(frequencies[last] as number, count, ratio);
    count = (term === last ? count : 0) + (word & COUNT_MAX);
    last = term;
  }
  return last < 0 ? -1 : score + termScore(frequencies[last] as number, count, ratio);
}
