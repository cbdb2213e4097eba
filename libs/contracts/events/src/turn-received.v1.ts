import { z } from 'zod';
import {
  AgentId,
  Audience,
  DepartmentId,
  Epoch,
  Instant,
  RecordedAt,
  Role,
  Sealed,
  SessionKey,
  Share,
  SourceClass,
  SubjectId,
  TeamId,
  TenantId,
  TurnId,
} from './scalars.js';

/** One accepted turn, on `turns`, keyed by turn id. Routing is in the clear, all text in `sealed`. */
export const TurnReceivedV1 = z.object({
  type: z.literal('turn-received'),
  v: z.literal(1),
  tenantId: TenantId,
  subjectId: SubjectId,
  epoch: Epoch,
  turnId: TurnId,
  sessionKey: SessionKey,
  audience: Audience,
  agentId: AgentId.optional(),
  teamId: TeamId.optional(),
  departmentId: DepartmentId.optional(),
  role: Role,
  sourceClass: SourceClass,
  trust: Share,
  occurredAt: Instant,
  recordedAt: RecordedAt,
  sealed: Sealed,
});
export type TurnReceived = z.infer<typeof TurnReceivedV1>;

/** A call of a tool by the agent; `arguments` is the JSON text of one object. */
export const ToolCall = z.object({ id: z.string().optional(), name: z.string(), arguments: z.string() });
export type ToolCall = z.infer<typeof ToolCall>;

export const TaskOutcome = z.enum(['succeeded', 'failed']);
export type TaskOutcome = z.infer<typeof TaskOutcome>;

/** What `TurnReceived.sealed` holds, as JSON. `zone` is the offset in which the time was given, `+02:00`. */
export const TurnContent = z.object({
  content: z.string(),
  toolCalls: z.array(ToolCall).optional(),
  speakerName: z.string().optional(),
  session: z.string(),
  zone: z.string().optional(),
  /** The turn tells the end of a run of this task: its calls in their order, and in `content` what came of them. */
  task: z.string().optional(),
  outcome: TaskOutcome.optional(),
});
export type TurnContent = z.infer<typeof TurnContent>;
