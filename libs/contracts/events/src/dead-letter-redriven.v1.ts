import { z } from 'zod';
import { Instant, SubjectId, TenantId } from './scalars.js';

/** That a dead letter was put back, on `dead-letters`, keyed `redriven/<key of the dead letter>`: who, and when. */
export const DeadLetterRedrivenV1 = z.object({
  type: z.literal('dead-letter-redriven'),
  v: z.literal(1),
  /** Whose the original is, where that could be read. */
  tenantId: TenantId.optional(),
  subjectId: SubjectId.optional(),
  /** Where the dead letter lies in this partition. */
  deadLetterOffset: z.int().nonnegative(),
  /** Id of the operator key. */
  redrivenBy: z.string().min(1).max(64),
  redrivenAt: Instant,
});
export type DeadLetterRedriven = z.infer<typeof DeadLetterRedrivenV1>;
