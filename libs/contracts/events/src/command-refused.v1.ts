import { z } from 'zod';
import { CommandAction } from './command-given.v1.js';
import { Epoch, RecordedAt, SubjectId, TenantId, TurnId } from './scalars.js';

/** Why an accepted command changed nothing, on `discarded`: ids and a reason, never text. */
export const CommandRefusedV1 = z.object({
  type: z.literal('command-refused'),
  v: z.literal(1),
  tenantId: TenantId,
  subjectId: SubjectId,
  epoch: Epoch,
  commandId: TurnId,
  recordedAt: RecordedAt,
  action: CommandAction,
  /** `stale`: another command came first; `gone`: there is no such memory any more; `unfit`: not for this kind. */
  reason: z.string().max(64),
});
export type CommandRefused = z.infer<typeof CommandRefusedV1>;
