import { z } from 'zod';
import { SubjectId, TenantId } from './scalars.js';

/** A record that a consumer could not apply, on `dead-letters`; `value` is the original, still sealed, as base64. */
export const DeadLetteredV1 = z.object({
  type: z.literal('dead-lettered'),
  v: z.literal(1),
  group: z.string(),
  topic: z.string(),
  partition: z.int().nonnegative(),
  offset: z.int().nonnegative(),
  key: z.string().nullable(),
  value: z.string().nullable(),
  tenantId: TenantId.optional(),
  subjectId: SubjectId.optional(),
  /** Code of the error, never its message: a message may quote what it failed on. */
  code: z.string(),
  failedAt: z.iso.datetime(),
});
export type DeadLettered = z.infer<typeof DeadLetteredV1>;
