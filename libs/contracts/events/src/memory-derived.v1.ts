import { z } from 'zod';
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
  SessionKey,
  Share,
  SourceClass,
  SourceId,
  SubjectId,
  TeamId,
  TenantId,
} from './scalars.js';

/**
 * One version of a memory, on `memories`, keyed by `memoryId/version`. The highest version wins, whatever the order of
 * arrival. A tombstone (no value) under the same key removes that version from every projection.
 */
export const MemoryDerivedV1 = z.object({
  type: z.literal('memory-derived'),
  v: z.literal(1),
  memoryId: MemoryId,
  version: RecordedAt,
  tenantId: TenantId,
  subjectId: SubjectId,
  contributors: z.array(SubjectId).min(1),
  departmentId: DepartmentId.optional(),
  agentId: AgentId.optional(),
  teamId: TeamId.optional(),
  sessionKey: SessionKey,
  sourceId: SourceId,
  audience: Audience,
  kind: MemoryKind,
  flags: z.array(z.string().max(64)),
  sourceClass: SourceClass,
  trust: Share,
  confidence: Share,
  importance: Importance,
  occurredAt: Instant,
  recordedAt: RecordedAt,
  reviewBy: Instant.optional(),
  expiresAt: Instant.optional(),
  derivedFrom: z.array(z.string()),
  epoch: Epoch,
  sealed: Sealed,
});
export type MemoryDerived = z.infer<typeof MemoryDerivedV1>;

/** What `MemoryDerived.sealed` holds, as JSON. */
export const MemoryContent = z.object({
  text: z.string(),
  session: z.string(),
  speakerName: z.string().optional(),
  zone: z.string().optional(),
});
export type MemoryContent = z.infer<typeof MemoryContent>;
