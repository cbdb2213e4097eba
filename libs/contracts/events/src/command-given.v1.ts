import { z } from 'zod';
import { ToldProcedure } from './procedure.js';
import {
  AgentId,
  Audience,
  DepartmentId,
  Epoch,
  Importance,
  Instant,
  MemoryId,
  MemoryKind,
  RecordedAt,
  Sealed,
  Share,
  SourceClass,
  SourceId,
  SubjectId,
  TeamId,
  TenantId,
  TurnId,
} from './scalars.js';

/**
 * What is wished. `confirm` renews what the policy gives a statement of that source, `reassess` sets the marks that the
 * command names, `expire` ends a memory and keeps it for `AsOf`, `retract` takes every version of it away, `republish` says the
 * target's version again as it is, for a projection that could not take it.
 */
export const CommandAction = z.enum([
  'record-procedure',
  'retract',
  'correct',
  'confirm',
  'expire',
  'reassess',
  'republish',
]);
export type CommandAction = z.infer<typeof CommandAction>;

/** The memory that a command is about, and the version that its giver had before it: an older one is refused as stale. */
export const CommandTarget = z.object({ memoryId: MemoryId, kind: MemoryKind, version: RecordedAt });
export type CommandTarget = z.infer<typeof CommandTarget>;

/** What a command about a whole source may touch; what lies outside is left alone. */
export const CommandBounds = z.object({
  audiences: z.array(Audience).min(1).max(256),
  /** Beside what carries no department. */
  departmentId: DepartmentId.optional(),
});
export type CommandBounds = z.infer<typeof CommandBounds>;

/** Where a recorded procedure goes. */
export const CommandPlace = z.object({
  audience: Audience,
  departmentId: DepartmentId.optional(),
  teamId: TeamId.optional(),
});
export type CommandPlace = z.infer<typeof CommandPlace>;

/**
 * One accepted command, on `turns`, keyed by command id, in the partition of the subject whose memory it is about. Its
 * `recordedAt` is the version of what it causes.
 */
export const CommandGivenV1 = z.object({
  type: z.literal('command-given'),
  v: z.literal(1),
  tenantId: TenantId,
  subjectId: SubjectId,
  epoch: Epoch,
  /** Of the same kind as turn ids, and reserved beside them. */
  commandId: TurnId,
  recordedAt: RecordedAt,
  action: CommandAction,
  /** Who gives it: `system` for maintenance. */
  sourceClass: SourceClass,
  trust: Share,
  agentId: AgentId.optional(),
  /** All but `record-procedure` have a target or, for `retract`, a source. */
  target: CommandTarget.optional(),
  /** Every memory of this source goes. */
  sourceId: SourceId.optional(),
  bounds: CommandBounds.optional(),
  /** There for `record-procedure`. */
  place: CommandPlace.optional(),
  /** A closed word of who gives it, such as `merged`; never text. */
  reason: z
    .string()
    .regex(/^[a-z][a-z-]{0,31}$/)
    .optional(),
  /** A `retract` whose memory lives on in another. */
  mergedInto: MemoryId.optional(),
  /**
   * A `retract` of a memory that was not wrong, only old or told twice: the facts and summaries made of it stay. A
   * `republish` of which no facts are made anew.
   */
  keepsDerived: z.boolean().optional(),
  confidence: Share.optional(),
  importance: Importance.optional(),
  reviewBy: Instant.optional(),
  expiresAt: Instant.optional(),
  /** `CommandContent`, there for `correct` and `record-procedure`. */
  sealed: Sealed.optional(),
});
export type CommandGiven = z.infer<typeof CommandGivenV1>;

/** What `CommandGiven.sealed` holds, as JSON, sealed for the command's id and instant. */
export const CommandContent = z.object({
  /** The corrected text of a memory. */
  text: z.string().optional(),
  /** The corrected object of a fact: the name of an entity, or a value. */
  object: z.string().optional(),
  procedure: ToldProcedure.optional(),
});
export type CommandContent = z.infer<typeof CommandContent>;
