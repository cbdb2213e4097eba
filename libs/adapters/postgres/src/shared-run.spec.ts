import { describe, expect, it } from '@jest/globals';
import { SharedRun } from './shared-run.js';

describe('shared run', () => {
  it('begins after each call, once for all that wait', async () => {
    const ends: (() => void)[] = [];
    const shared = new SharedRun(() => new Promise((resolve) => ends.push(resolve)));
    const first = shared.run();
    const others = [shared.run(), shared.run()];
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await first;
    await Promise.resolve();
    const late = shared.run();
    expect(ends).toHaveLength(2);
    ends[1]?.();
    await Promise.all(others);
    ends[2]?.();
    await late;
    expect(ends).toHaveLength(3);
  });

  it('fails for those who asked, and goes on for the next', async () => {
    let runs = 0;
    const shared = new SharedRun(async () => {
      runs += 1;
      if (runs === 1) throw new Error('once');
    });
    const [failed, next] = [shared.run(), shared.run()];
    await expect(failed).rejects.toThrow('once');
    await next;
    await shared.run();
    expect(runs).toBe(3);
  });
});
