import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RestingErasures } from './resting-erasures.js';

const reason = { kind: 'error', code: 'unavailable' } as const;

describe('erasures that rest', () => {
  let woken: number;
  let resting: RestingErasures;

  beforeEach(() => {
    jest.useFakeTimers();
    woken = 0;
    resting = new RestingErasures({ backoffMinMs: 100, backoffMaxMs: 350 }, () => {
      woken += 1;
    });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('rest longer after each attempt that got no further, up to a limit', () => {
    for (const delayMs of [100, 200, 350, 350]) {
      resting.rest('a', { step: 'shredded', reason });
      jest.advanceTimersByTime(delayMs - 1);
      expect(resting.has('a')).toBe(true);
      jest.advanceTimersByTime(1);
      expect(resting.has('a')).toBe(false);
    }
    expect(woken).toBe(4);
  });

  it('begin anew with a short rest at another step', () => {
    for (let i = 0; i < 3; i += 1) resting.rest('a', { step: 'shredded', reason });
    resting.rest('a', { step: 'swept', reason });
    jest.advanceTimersByTime(100);
    expect(resting.has('a')).toBe(false);
  });

  it('keep saying why while they are tried again, until they are forgotten', () => {
    resting.rest('a', { step: 'shredded', reason });
    jest.advanceTimersByTime(100);
    expect(resting.reasonOf('a')).toEqual(reason);
    resting.forget('a');
    expect(resting.reasonOf('a')).toBeUndefined();
  });

  it('wake nobody once they are cleared', () => {
    resting.rest('a', { step: 'shredded', reason });
    resting.clear();
    jest.advanceTimersByTime(1_000);
    expect(woken).toBe(0);
  });
});
