import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { interpolate, type Knot, problemOfKnots } from './calibration.js';
import { fitKnots } from './fit-calibration.js';

const pair = fc.record({
  cosine: fc.double({ min: -1, max: 1, noNaN: true }),
  label: fc.constantFrom(0, 0.5, 1),
});

describe('fitKnots', () => {
  it('makes a calibration of any pairs', () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 200 }), (pairs) => {
        expect(problemOfKnots(fitKnots(pairs))).toBeUndefined();
      }),
    );
  });

  it('lifts what answers above what is unrelated', () => {
    const pairs = Array.from({ length: 96 }, (_, i) => ({ cosine: i / 96, label: i < 32 ? 0 : i < 64 ? 0.5 : 1 }));
    const knots = fitKnots(pairs);
    const [low, middle, high] = [0.1, 0.5, 0.9].map((cosine) => interpolate(knots, cosine));
    expect(low).toBeLessThan(0.1);
    expect(middle).toBeGreaterThan(0.4);
    expect(middle).toBeLessThan(0.6);
    expect(high).toBeGreaterThan(0.9);
  });

  it('does not depend on the order of the pairs', () => {
    fc.assert(
      fc.property(fc.uniqueArray(pair, { maxLength: 60, selector: ({ cosine }) => cosine }), (pairs) => {
        expect(fitKnots([...pairs].reverse())).toEqual(fitKnots(pairs));
      }),
    );
  });
});

describe('problemOfKnots', () => {
  it.each<[string, readonly Knot[]]>([
    ['the knots do not start at [-1, 0]', []],
    ['the knots do not end at [1, 1]', [[-1, 0]]],
    [
      'the knots do not rise strictly',
      [
        [-1, 0],
        [0, 0.5],
        [0.5, 0.5],
        [1, 1],
      ],
    ],
  ])('says that %s', (problem, knots) => {
    expect(problemOfKnots(knots)).toBe(problem);
  });
});
