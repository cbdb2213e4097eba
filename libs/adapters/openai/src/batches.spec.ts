import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchesOf } from './batches.js';

const weights = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 });
const limits = fc.record({ itemsMax: fc.integer({ min: 1, max: 7 }), weightMax: fc.integer({ min: 1, max: 20 }) });

describe('batchesOf', () => {
  it('keeps all, in order, within both limits', () => {
    fc.assert(
      fc.property(weights, limits, (items, { itemsMax, weightMax }) => {
        const batches = batchesOf(items, (weight) => weight, { itemsMax, weightMax });
        expect(batches.flat()).toEqual(items);
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(itemsMax);
          if (batch.length > 1) expect(batch.reduce((sum, weight) => sum + weight, 0)).toBeLessThanOrEqual(weightMax);
        }
      }),
    );
  });
});
