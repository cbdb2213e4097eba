import { describe, expect, it } from '@jest/globals';
import { BurstGauge } from './burst-gauge.js';

describe('burst gauge', () => {
  const memory = () => new SharedArrayBuffer(8);

  it('says how many records a second came since it was asked last, in windows of a quarter of a second', () => {
    const buffer = memory();
    const [counts, asked] = [new BurstGauge(buffer, 4), new BurstGauge(buffer, 4)];
    expect(asked.rate(0)).toBe(0);
    counts.note(1_000);
    expect(asked.rate(200)).toBe(0);
    expect(asked.rate(500)).toBe(2_000);
    expect(asked.rate(600)).toBe(2_000);
    expect(asked.rate(1_000)).toBe(0);
  });

  it('goes on over the end of its counter', () => {
    const gauge = new BurstGauge(memory(), 0);
    gauge.note(2 ** 31 - 10);
    gauge.rate(0);
    gauge.note(500);
    expect(gauge.rate(1_000)).toBe(500);
  });
});
