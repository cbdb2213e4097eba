import { z } from 'zod';
import { KnownProcedure } from './procedure.js';
import {
  AgentId,
  Audience,
  BlindHash,
  DepartmentId,
  EntityId,
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

/** A closed word of the rules. Open here, so that an older reader copies a word that a newer writer has added. */
const Word = z.string().regex(/^[a-z][a-z_]{0,31}$/);

/**
 * The edge of a memory of kind `fact`, without a readable name: hashes, closed words and times. Which fact ends which is
 * decided by whoever reads, from `slots` and `ends` alone: a fact ends the facts of its subject and audience that stand in
 * one of the slots that it ends.
 */
export const FactEdge = z.object({
  subjectEntity: EntityId,
  subjectType: Word,
  predicate: Word,
  /** The object is an entity … */
  objectEntity: EntityId.optional(),
  objectType: Word.optional(),
  /** … or a value, hashed under the subject's data key. */
  valueHash: BlindHash.optional(),
  qualifierHash: BlindHash.optional(),
  isNegated: z.boolean(),
  isCorrection: z.boolean(),
  validFrom: Instant,
  /** The first instant at which it no longer holds; absent: no end was said. */
  validTo: Instant.optional(),
  /** Other names of the two entities that the statement gives. */
  aliases: z.array(z.object({ entity: EntityId, alias: EntityId })).max(32),
  slots: z.array(BlindHash).min(1).max(2),
  ends: z.array(BlindHash).min(1).max(5),
});
export type FactEdge = z.infer<typeof FactEdge>;

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
  /** There when `kind` is `fact`. */
  fact: FactEdge.optional(),
  /** Said again for projections that could not take it; what was made of it stays as it is. No part of the memory. */
  isRepublished: z.literal(true).optional(),
});
export type MemoryDerived = z.infer<typeof MemoryDerivedV1>;

/** The readable side of a fact, sealed with its sentence. */
export const FactNames = z.object({
  subject: z.string(),
  /** Name of the object's entity, or its value. */
  object: z.string(),
  qualifier: z.string().optional(),
});
export type FactNames = z.infer<typeof FactNames>;

/** What `MemoryDerived.sealed` holds, as JSON. */
export const MemoryContent = z.object({
  text: z.string(),
  session: z.string(),
  speakerName: z.string().optional(),
  zone: z.string().optional(),
  names: FactNames.optional(),
  /** There when `kind` is `procedure`. */
  procedure: KnownProcedure.optional(),
});
export type MemoryContent = z.infer<typeof MemoryContent>;
