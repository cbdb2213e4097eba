import { z } from 'zod';
import { CommandGivenV1 } from './command-given.v1.js';
import { Epoch, SourceId, SubjectId, TenantId } from './scalars.js';

/**
 * A command that concerns facts, on `memories`, keyed `command/<command id>`: the write-filter passes it on into the same
 * partition, behind what it did itself; the graph-extractor applies it, and puts a tombstone in its place.
 */
export const CommandPassedV1 = z.object({
  type: z.literal('command-passed'),
  v: z.literal(1),
  tenantId: TenantId,
  subjectId: SubjectId,
  epoch: Epoch,
  command: CommandGivenV1,
  /** The facts of these sources share what became of the command's target. */
  sourceIds: z.array(SourceId).max(1_000),
});
export type CommandPassed = z.infer<typeof CommandPassedV1>;
