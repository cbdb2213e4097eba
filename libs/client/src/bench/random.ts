/** A source of numbers from 0 (inclusive) to 1 (exclusive), the same for the same seed on every machine. */
export type Random = () => number;

/** Mulberry32: 32 bits of state, good enough to draw words and users with. */
export function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One seed out of two numbers, so that each turn has its own source and any turn can be made again alone. */
export function seedOf(seed: number, index: number): number {
  const mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35);
  return Math.imul(mixed ^ (mixed >>> 16), 0x27d4eb2f) >>> 0;
}

/** From 0 to `below` − 1. */
export function integerBelow(below: number, random: Random): number {
  return Math.floor(random() * below);
}

/** Draws positions with the given weights. */
export class WeightedDraw {
  private readonly sums: Float64Array;

  constructor(weights: readonly number[]) {
    let sum = 0;
    this.sums = Float64Array.from(weights, (weight) => (sum += weight));
  }

  draw(random: Random): number {
    const target = random() * (this.sums.at(-1) ?? 0);
    let low = 0;
    let high = this.sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.sums[middle] ?? 0) <= target) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
