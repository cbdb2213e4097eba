import { z } from 'zod';
import { Epoch, Instant, SubjectId, TenantId, TurnId } from './scalars.js';

/** What a person decided of a turn in quarantine, on `quarantine`, keyed `decision/<turn id>`: who, when, and which way. */
export const QuarantineDecidedV1 = z.object({
  type: z.literal('quarantine-decided'),
  v: z.literal(1),
  tenantId: TenantId,
  subjectId: SubjectId,
  epoch: Epoch,
  turnId: TurnId,
  decision: z.enum(['released', 'rejected']),
  /** Id of the key, or pseudonym of the token, that decided. */
  decidedBy: z.string().min(1).max(64),
  decidedAt: Instant,
});
export type QuarantineDecided = z.infer<typeof QuarantineDecidedV1>;
