/** How many runs a procedure's prior weighs. With a prior of one half this is Laplace's rule of succession. */
export const PRIOR_RUNS = 2;
/** Worth of a procedure that nobody vouched for, before any run. */
export const UNTOLD_PRIOR = 0.5;

export interface Runs {
  readonly succeeded: number;
  readonly failed: number;
  readonly prior: number;
}

/**
 * How likely the next run succeeds: the mean of a Beta distribution over the share of successes, with the prior counted
 * as `PRIOR_RUNS` runs: (succeeded + 2 × prior) / (succeeded + failed + 2), to three digits. After Laplace, "Essai
 * philosophique sur les probabilités" (1814), whose (s + 1) / (n + 2) it is at a prior of one half.
 */
export function runConfidenceOf({ succeeded, failed, prior }: Runs): number {
  const mean = (succeeded + PRIOR_RUNS * prior) / (succeeded + failed + PRIOR_RUNS);
  return Math.round(mean * 1_000) / 1_000;
}
