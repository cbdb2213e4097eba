/**
 * What stands in for naming an index in each statement, which this engine has no way to do. Every statement here is written
 * to follow one and to stop at a limit; what the planner believes of a table that was never analysed, or of a tenant that is
 * larger than most, must not make it read the whole of it instead.
 */
const PLANNER_SETTINGS = {
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  // A plan is made for the table as it is: one that was kept from when it was empty reads all of it for as long as nobody
  // has analysed it. 50 subjects took 12.9 ms by it, and take 1.
  plan_cache_mode: 'force_custom_plan',
} as const;

/** As a connection is told of them. */
export const PLANNER_OPTIONS = Object.entries(PLANNER_SETTINGS)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');
