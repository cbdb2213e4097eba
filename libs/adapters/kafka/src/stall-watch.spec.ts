import { describe, expect, it } from '@jest/globals';
import { StallWatch } from './stall-watch.js';

describe('the watch for stalls', () => {
  const without = { partition: 0, fromOffset: 5, nextOffset: 5, endOffset: 9 };

  it('notices a partition that holds records and gives none for so long', () => {
    const watch = new StallWatch(100);
    expect([0, 50, 99, 100].map((nowMs) => watch.isStalled(without, nowMs))).toEqual([false, false, false, true]);
  });

  it('begins anew with every record, and has nothing to say of a partition that is at its end', () => {
    const watch = new StallWatch(100);
    watch.isStalled(without, 0);
    expect(watch.isStalled({ ...without, nextOffset: 6 }, 200)).toBe(false);
    expect(watch.isStalled(without, 250)).toBe(false);
    expect(watch.isStalled({ ...without, endOffset: 5 }, 400)).toBe(false);
    expect(watch.isStalled(without, 450)).toBe(false);
    expect(watch.isStalled(without, 550)).toBe(true);
  });

  it('keeps partitions apart', () => {
    const watch = new StallWatch(100);
    watch.isStalled(without, 0);
    expect(watch.isStalled({ ...without, partition: 1 }, 100)).toBe(false);
    expect(watch.isStalled(without, 100)).toBe(true);
  });
});
