import { beforeAll, describe } from '@jest/globals';
import type { VectorIndex } from '@mneme/ports';
import { indexCorpusContract } from './vector-index-corpus.contract.js';
import { cosinesContract, denseSearchContract } from './vector-index-dense.contract.js';
import { indexFilterContract } from './vector-index-filter.contract.js';
import { lexicalSearchContract } from './vector-index-lexical.contract.js';
import { indexWritesContract } from './vector-index-writes.contract.js';

export interface VectorIndexTraits {
  /** `exact`: the best by score, to the last place. `approximate`: may miss some of a big set. */
  readonly ranking: 'exact' | 'approximate';
}

/** What every vector index must do, on one that other tests may use too. */
export function vectorIndexContract(make: () => Promise<VectorIndex>, traits: VectorIndexTraits): void {
  describe('vector index', () => {
    let index: VectorIndex;
    beforeAll(async () => {
      index = await make();
    });
    describe('writes', () => indexWritesContract(() => index));
    describe('dense search', () => denseSearchContract(() => index, traits));
    describe('lexical search', () => lexicalSearchContract(() => index));
    describe('cosines', () => cosinesContract(() => index));
    describe('a corpus', () => indexCorpusContract(() => index));
    describe('filters', () => indexFilterContract(() => index));
  });
}
