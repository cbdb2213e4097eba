import type { StaticTable } from './static-table.js';

/** Sums rows of a table and gives the mean's direction; used over and over, so that a token costs no allocation. */
export class MeanVector {
  readonly #sum: Float32Array;

  constructor(private readonly table: StaticTable) {
    this.#sum = new Float32Array(table.dimensions);
  }

  add(row: number): void {
    const { rows, scales, dimensions } = this.table;
    const sum = this.#sum;
    const scale = scales[row] as number;
    const from = row * dimensions;
    for (let i = 0; i < dimensions; i += 1) sum[i] = (sum[i] as number) + scale * (rows[from + i] as number);
  }

  /**
   * The unit-length mean of the rows since the last call, or all zeros when there were none; starts anew. Zeros stay
   * zeros, so that their cosine with everything is 0 and nothing is NaN.
   */
  take(): Float32Array {
    const sum = this.#sum;
    let squares = 0;
    for (const value of sum) squares += value * value;
    const factor = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    const vector = new Float32Array(sum.length);
    for (let i = 0; i < sum.length; i += 1) vector[i] = (sum[i] as number) * factor;
    sum.fill(0);
    return vector;
  }
}
