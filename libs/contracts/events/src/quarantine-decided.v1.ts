import { z } from 'zod';
import { Epoch, Instant, SubjectId, TenantId, TurnId } from './scalars.js';

/**
 * What was decided of a turn in quarantine, on `quarantine`, keyed `decision/<turn id>`: who, when, and which way. A person
 * decides once; a command that takes the turn back holds whatever else was decided.
 */
export const QuarantineDecidedV1 = z.object({
  type: z.literal('quarantine-decided'),
  v: z.literal(1),
  tenantId: TenantId,
  subjectId: SubjectId,
  epoch: Epoch,
  turnId: TurnId,
  decision: z.enum(['released', 'rejected']),
  /** Id of the key, or pseudonym of the token, that decided; or the command's id. */
  decidedBy: z.string().min(1).max(64),
  decidedAt: Instant,
  /** The command that took the turn back; absent where a person decided. */
  commandId: TurnId.optional(),
});
export type QuarantineDecided = z.infer<typeof QuarantineDecidedV1>;
