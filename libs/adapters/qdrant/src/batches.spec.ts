import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchesOf } from './batches.js';

const weights = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 });

describe('batchesOf', () => {
  it('keeps all, in order, within both limits, and as few as that allows', () => {
    const limits = fc.record({ itemsMax: fc.integer({ min: 1, max: 7 }), weightMax: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(weights, limits, (items, { itemsMax, weightMax }) => {
        const batches = batchesOf(items, { itemsMax, weightMax, weightOf: (weight) => weight });
        expect(batches.flat()).toEqual(items);
        const weightOf = (batch: readonly number[]) => batch.reduce((sum, weight) => sum + weight, 0);
        for (const [at, batch] of batches.entries()) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(itemsMax);
          if (batch.length > 1) expect(weightOf(batch)).toBeLessThanOrEqual(weightMax);
          const [next] = batches[at + 1] ?? [];
          if (next !== undefined && batch.length < itemsMax) {
            expect(weightOf([...batch, next])).toBeGreaterThan(weightMax);
          }
        }
      }),
    );
  });
});
