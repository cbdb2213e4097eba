import { z } from 'zod';
import { Epoch, RecordedAt, SubjectId, TenantId, TurnId } from './scalars.js';
import { TurnReceivedV1 } from './turn-received.v1.js';

/**
 * A turn that looks like poison, on `quarantine`, keyed by turn id: the turn whole and still sealed, because it outlives
 * its record on `turns`, and why it was held. Nothing of it is a memory unless somebody releases it.
 */
export const TurnQuarantinedV1 = z.object({
  type: z.literal('turn-quarantined'),
  v: z.literal(1),
  tenantId: TenantId,
  subjectId: SubjectId,
  epoch: Epoch,
  turnId: TurnId,
  recordedAt: RecordedAt,
  /** The weightiest first. */
  reasons: z.array(z.string().max(64)).min(1),
  turn: TurnReceivedV1,
});
export type TurnQuarantined = z.infer<typeof TurnQuarantinedV1>;
