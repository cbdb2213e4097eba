import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { interpolate, type Knot } from '@mneme/domain';
import { calibrationSchema } from './calibration.js';

const file = readFileSync(new URL('../data/calibration.json', import.meta.url), 'utf8');
const { knots } = calibrationSchema.parse(JSON.parse(file));
const cosine = fc.double({ min: -1, max: 1, noNaN: true });

describe('interpolate', () => {
  it('is monotone', () => {
    fc.assert(
      fc.property(cosine, cosine, (a, b) => {
        expect(interpolate(knots, Math.min(a, b))).toBeLessThanOrEqual(interpolate(knots, Math.max(a, b)));
      }),
    );
  });

  it('rises strictly between cosines that differ', () => {
    for (let i = -100; i < 100; i += 1) {
      expect(interpolate(knots, i / 100)).toBeLessThan(interpolate(knots, (i + 1) / 100));
    }
  });

  it('stays within 0 and 1 for any number', () => {
    fc.assert(
      fc.property(fc.double(), (any) => {
        const similarity = interpolate(knots, any);
        expect(similarity >= 0 && similarity <= 1).toBe(true);
      }),
    );
  });

  it('goes through its knots and in straight lines between them', () => {
    const bent: readonly Knot[] = [
      [-1, 0],
      [0.5, 0.2],
      [1, 1],
    ];
    expect(bent.map(([at]) => interpolate(bent, at))).toEqual([0, 0.2, 1]);
    expect(interpolate(bent, 0.75)).toBeCloseTo(0.6, 12);
    expect(interpolate(bent, -0.25)).toBeCloseTo(0.1, 12);
  });

  it('takes rounding errors beyond the ends as the ends', () => {
    expect([1.0000001, -1.0000001, NaN].map((any) => interpolate(knots, any))).toEqual([1, 0, 0]);
  });
});

describe('calibrationSchema', () => {
  it.each([
    ['no knots', []],
    [
      'no start',
      [
        [0, 0],
        [1, 1],
      ],
    ],
    [
      'no end',
      [
        [-1, 0],
        [0.9, 1],
      ],
    ],
    [
      'a fall',
      [
        [-1, 0],
        [0, 0.5],
        [0.5, 0.4],
        [1, 1],
      ],
    ],
    [
      'a plateau',
      [
        [-1, 0],
        [0, 0.5],
        [0.5, 0.5],
        [1, 1],
      ],
    ],
    [
      'a cosine twice',
      [
        [-1, 0],
        [0, 0.4],
        [0, 0.5],
        [1, 1],
      ],
    ],
    [
      'a similarity above 1',
      [
        [-1, 0],
        [0, 2],
        [1, 1],
      ],
    ],
  ])('refuses %s', (_, bad) => {
    expect(calibrationSchema.safeParse({ knots: bad }).success).toBe(false);
  });
});
