import { z } from 'zod';
import { Epoch, Instant, SubjectId, TenantId, TurnId } from './scalars.js';
import { TurnReceivedV1 } from './turn-received.v1.js';

/**
 * A turn that was released from quarantine, on `turns` again, keyed `released/<turn id>`: the write-filter keeps it on the
 * word of whoever released it. Its memory has the id and version that it would have had at first.
 */
export const TurnReleasedV1 = z.object({
  type: z.literal('turn-released'),
  v: z.literal(1),
  tenantId: TenantId,
  subjectId: SubjectId,
  epoch: Epoch,
  turnId: TurnId,
  releasedBy: z.string().min(1).max(64),
  releasedAt: Instant,
  turn: TurnReceivedV1,
});
export type TurnReleased = z.infer<typeof TurnReleasedV1>;
