import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RecordedClock } from './recorded-clock.js';

describe('the clock of instants', () => {
  it('rises strictly whatever the clock does, and follows it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2_000_000_000_000 }), { minLength: 2 }), (times) => {
        let nowMs = 0;
        const clock = new RecordedClock({ nowMs: () => nowMs });
        let last = 0;
        for (nowMs of times) {
          const next = clock.next();
          expect(next).toBeGreaterThan(last);
          expect(next).toBeGreaterThanOrEqual(nowMs * 1_000);
          last = next;
        }
        expect(last).toBeLessThan(Math.max(...times) * 1_000 + times.length);
      }),
    );
  });

  it('goes on above what was given out before, and says how far ahead of the clock that is', () => {
    const clock = new RecordedClock({ nowMs: () => 1_000 });
    expect(clock.aheadMs()).toBe(0);
    clock.raiseTo(5_000_000);
    clock.raiseTo(4_000_000);
    expect(clock.next()).toBe(5_000_001);
    expect(clock.aheadMs()).toBe(4_000);
  });
});
