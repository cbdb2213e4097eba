import type { MemoryId, MemoryKind, SessionEnded, SourceId, SubjectId, TenantId, TurnId } from '@mneme/events';
import { namespaceOf, uuidV5 } from './uuid-v5.js';

// Fixed for ever: another namespace would give every turn and memory another id.
const NAMESPACE = namespaceOf('6f1b5d1e-8a52-5c0b-9a51-0d7a4e2f9c33');

export interface TurnCause {
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  readonly session: string;
  readonly idempotencyKey: string;
  readonly ordinal: number;
}

/** uuid v5 of the JSON array [tenantId, subjectId, session, idempotency key, ordinal in the request]. */
export function turnIdOf(cause: TurnCause): TurnId {
  return name(cause.tenantId, cause.subjectId, cause.session, cause.idempotencyKey, cause.ordinal) as TurnId;
}

/** uuid v5 of the JSON array [tenantId, subjectId, "command", idempotency key]: no turn has an id of four parts. */
export function commandIdOf(cause: Pick<TurnCause, 'tenantId' | 'subjectId' | 'idempotencyKey'>): TurnId {
  return name(cause.tenantId, cause.subjectId, 'command', cause.idempotencyKey) as TurnId;
}

/** uuid v5 of the JSON array [tenantId, subjectId, "session-ended", session key, turn id]; no turn's last part is a text. */
export function sessionEndIdOf(
  { tenantId, subjectId, sessionKey }: Pick<SessionEnded, 'tenantId' | 'subjectId' | 'sessionKey'>,
  lastTurnId: TurnId,
): TurnId {
  return name(tenantId, subjectId, 'session-ended', sessionKey, lastTurnId) as TurnId;
}

export interface MemoryCause {
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  readonly sourceId: SourceId;
  readonly kind: MemoryKind;
  readonly ordinal: number;
}

/** uuid v5 of the JSON array [tenantId, subjectId, sourceId, kind, ordinal]. */
export function memoryIdOf(cause: MemoryCause): MemoryId {
  return name(cause.tenantId, cause.subjectId, cause.sourceId, cause.kind, cause.ordinal) as MemoryId;
}

/** Names one request to verify a version of a memory: uuid v5 of ["verification", tenantId, memoryId, version]. */
export function verificationIdOf(memory: {
  readonly tenantId: TenantId;
  readonly memoryId: MemoryId;
  readonly version: number;
}): string {
  return name('verification', memory.tenantId, memory.memoryId, memory.version);
}

/** Key of one version of a memory on `memories`. */
export function memoryKeyOf(memory: { readonly memoryId: MemoryId; readonly version: number }): string {
  return `${memory.memoryId}/${memory.version}`;
}

function name(...parts: readonly (string | number)[]): string {
  return uuidV5(JSON.stringify(parts), NAMESPACE);
}
