import { z } from 'zod';
import { Epoch, RecordedAt, SubjectId, TenantId, TurnId } from './scalars.js';

/** Why the write-filter kept nothing of a turn, on `discarded`: ids and reasons, never text. */
export const TurnDiscardedV1 = z.object({
  type: z.literal('turn-discarded'),
  v: z.literal(1),
  tenantId: TenantId,
  subjectId: SubjectId,
  epoch: Epoch,
  turnId: TurnId,
  recordedAt: RecordedAt,
  reasons: z.array(z.string().max(64)).min(1),
});
export type TurnDiscarded = z.infer<typeof TurnDiscardedV1>;
