import { z } from 'zod';
import { TurnId } from './scalars.js';

/**
 * How far the write-filter has read one partition of `turns`, published into the same partition of `memories` after the
 * memories of that batch: a projection that has applied it has applied everything from below `turnsOffset`.
 * Keyed `progress`, or `progress/<turnsOffset>` when turns failed, so that compaction keeps every failure.
 */
export const ProgressNotedV1 = z.object({
  type: z.literal('progress-noted'),
  v: z.literal(1),
  /** The next offset of `turns` that is not yet read. */
  turnsOffset: z.int().nonnegative(),
  failedTurnIds: z.array(TurnId),
  droppedCount: z.int().nonnegative(),
});
export type ProgressNoted = z.infer<typeof ProgressNotedV1>;
