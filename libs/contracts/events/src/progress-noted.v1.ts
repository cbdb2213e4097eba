import { z } from 'zod';
import { TurnId } from './scalars.js';

/**
 * How far the write-filter has read one partition of `turns`, published into the same partition of `memories` after the
 * memories of that batch: a projection that has applied it has applied everything from below `turnsOffset`.
 * Keyed `progress`, or `progress/<turnsOffset>` when turns failed, so that compaction keeps every failure.
 *
 * The graph-extractor answers each with one of its own, `stage` facts, keyed `facts-progress` in the same way, after the
 * facts of that batch: whoever has applied that one has applied everything that was derived from below `turnsOffset`.
 */
export const ProgressNotedV1 = z.object({
  type: z.literal('progress-noted'),
  v: z.literal(1),
  /** The next offset of `turns` that is not yet read. */
  turnsOffset: z.int().nonnegative(),
  failedTurnIds: z.array(TurnId),
  droppedCount: z.int().nonnegative(),
  /** Absent: the episodes, as the write-filter says. */
  stage: z.enum(['facts']).optional(),
});
export type ProgressNoted = z.infer<typeof ProgressNotedV1>;
