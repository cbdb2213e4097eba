import { z } from 'zod';

/** A customer organisation: lower-case letters, digits and hyphens, at most 63 characters. */
export const TenantId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
  .brand<'TenantId'>();
export type TenantId = z.infer<typeof TenantId>;

/** Whose data a record is: 64 lower-case hex digits, a keyed hash of the user id. */
export const SubjectId = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'SubjectId'>();
export type SubjectId = z.infer<typeof SubjectId>;

/** One conversation of a subject: 64 lower-case hex digits, a keyed hash of the raw session id. */
export const SessionKey = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'SessionKey'>();
export type SessionKey = z.infer<typeof SessionKey>;

/** An agent, a team or a department, as the tenant names it. */
export const Name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
export const AgentId = Name.brand<'AgentId'>();
export type AgentId = z.infer<typeof AgentId>;
export const TeamId = Name.brand<'TeamId'>();
export type TeamId = z.infer<typeof TeamId>;
export const DepartmentId = Name.brand<'DepartmentId'>();
export type DepartmentId = z.infer<typeof DepartmentId>;

/** Name-based (version 5) ids: the same cause gives the same id for ever. */
export const TurnId = z.uuid().brand<'TurnId'>();
export type TurnId = z.infer<typeof TurnId>;
export const MemoryId = z.uuid().brand<'MemoryId'>();
export type MemoryId = z.infer<typeof MemoryId>;
/** The root turn or command of a record; a summary's is its session key. */
export const SourceId = z.union([z.uuid(), SessionKey]).brand<'SourceId'>();
export type SourceId = z.infer<typeof SourceId>;

/** The first 128 bits of a keyed hash, as 32 lower-case hex digits: of a name, a value or a slot; never readable text. */
export const BlindHash = z.string().regex(/^[0-9a-f]{32}$/);
/** A node of the fact graph: a keyed hash of type and normalised name, or of a subject for the person it stands for. */
export const EntityId = BlindHash.brand<'EntityId'>();
export type EntityId = z.infer<typeof EntityId>;

/** Who may read, as one indexed value: `u:<subjectId>`, `a:<agentId>`, `t:<teamId>` or `o`. */
export const Audience = z
  .string()
  .regex(/^(o|u:[0-9a-f]{64}|[at]:[A-Za-z0-9][A-Za-z0-9._-]{0,62})$/)
  .brand<'Audience'>();
export type Audience = z.infer<typeof Audience>;

/** Counter of a subject, raised by an erasure and by an enrolment after it; starts at 1. */
export const Epoch = z.int().positive();
/** Microseconds since 1970, strictly increasing in the process that assigned them. */
export const RecordedAt = z.int().positive();
/** An RFC 3339 instant in UTC (`Z`), milliseconds. */
export const Instant = z.iso.datetime({ precision: 3 });
/** Base64 of nonce (12 bytes), ciphertext and tag (16 bytes). */
export const Sealed = z.string().min(40);
/** A share from 0 to 1. */
export const Share = z.number().min(0).max(1);

export const Role = z.enum(['user', 'assistant', 'tool', 'system']);
export type Role = z.infer<typeof Role>;
export const SourceClass = z.enum(['user', 'agent', 'tool', 'web', 'system']);
export type SourceClass = z.infer<typeof SourceClass>;
export const MemoryKind = z.enum(['episode', 'fact', 'procedure', 'summary']);
export type MemoryKind = z.infer<typeof MemoryKind>;
export const Importance = z.enum(['normal', 'critical']);
export type Importance = z.infer<typeof Importance>;
