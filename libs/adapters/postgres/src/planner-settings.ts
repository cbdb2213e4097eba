/**
 * What stands in for naming an index in each statement, which this engine has no way to do. Every statement here is written
 * to follow one and to stop at a limit; what the planner believes of a table that was never analysed, or of a tenant that is
 * larger than most, must not make it read the whole of it instead.
 */
export const PLANNER_SETTINGS = {
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  max_parallel_workers_per_gather: '0',
} as const;
