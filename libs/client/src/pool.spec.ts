import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { forEachOf } from './pool.js';
import { quantile, summaryOf } from './quantiles.js';

describe('forEachOf', () => {
  it('does every item once, never more at a time than allowed', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await forEachOf([1, 2, 3, 4, 5, 6, 7], { concurrency: 3 }, async (item) => {
      most = Math.max(most, (running += 1));
      await sleep(5);
      done.push(item);
      running -= 1;
    });
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it('takes nothing more after a failure, and throws it once the rest has ended', async () => {
    const begun: number[] = [];
    let ended = 0;
    const work = forEachOf([1, 2, 3, 4, 5, 6], { concurrency: 2 }, async (item) => {
      begun.push(item);
      await sleep(item === 1 ? 5 : 20);
      if (item === 1) throw new Error('first');
      ended += 1;
    });
    await expect(work).rejects.toThrow('first');
    expect(begun).toEqual([1, 2]);
    expect(ended).toBe(1);
  });

  it('ends at an abort', async () => {
    const work = forEachOf([1], { concurrency: 1, signal: AbortSignal.abort() }, () => Promise.resolve());
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('quantiles', () => {
  it('are nearest ranks', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(summaryOf(hundred)).toEqual({ samples: 100, p50Ms: 50, p95Ms: 95, p99Ms: 99, maxMs: 100 });
    expect(quantile([1, 2, 3], 0.5)).toBe(2);
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2);
  });

  it('are 0 of nothing', () => {
    expect(summaryOf([])).toEqual({ samples: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0, maxMs: 0 });
  });
});
