import { z } from 'zod';
import { BlindHash, Epoch, Instant, MemoryId, SubjectId, TenantId } from './scalars.js';

/** An access event, on `recalls`: which memories were given to whom and when, and how to tell their echo; never text. */
export const RecallMadeV1 = z.object({
  type: z.literal('recall-made'),
  v: z.literal(1),
  tenantId: TenantId,
  /** The user that was spoken for, or the tenant itself. */
  subjectId: SubjectId,
  epoch: Epoch,
  recallId: z.uuid(),
  memoryIds: z.array(MemoryId).max(1_000),
  madeAt: Instant,
  /** Keyed hashes of the sentences that were given, under a key of the subject's. */
  echoHashes: z.array(BlindHash).max(1_000),
});
export type RecallMade = z.infer<typeof RecallMadeV1>;
