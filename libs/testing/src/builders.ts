import { randomBytes, randomUUID } from 'node:crypto';
import type {
  AgentId,
  Audience,
  DepartmentId,
  MemoryDerived,
  MemoryId,
  SessionKey,
  SourceId,
  SubjectId,
  TeamId,
  TenantId,
  TurnId,
  TurnReceived,
} from '@mneme/events';
import { createPrincipal, type Principal, readScopeOf, type ReadScope } from '@mneme/domain';

/** A tenant that no other test has: fresh state without cleaning up. */
export function randomTenantId(): TenantId {
  return `t-${randomBytes(8).toString('hex')}` as TenantId;
}

export function randomSubjectId(): SubjectId {
  return hex32() as SubjectId;
}

/** A subject whose records fall into `partition` of `partitionCount`. */
export function randomSubjectIn(partition: number, partitionCount: number): SubjectId {
  const chunk = Math.floor(0xffff_0000 / partitionCount) * partitionCount + partition;
  return (chunk.toString(16).padStart(8, '0') + hex32().slice(8)) as SubjectId;
}

export function randomSessionKey(): SessionKey {
  return hex32() as SessionKey;
}

export function randomTurnId(): TurnId {
  return randomUUID() as TurnId;
}

export function randomMemoryId(): MemoryId {
  return randomUUID() as MemoryId;
}

export function randomSourceId(): SourceId {
  return randomUUID() as SourceId;
}

export function randomAgentId(): AgentId {
  return `agent-${randomBytes(6).toString('hex')}` as AgentId;
}

export function randomTeamId(): TeamId {
  return `team-${randomBytes(6).toString('hex')}` as TeamId;
}

export function randomDepartmentId(): DepartmentId {
  return `dep-${randomBytes(6).toString('hex')}` as DepartmentId;
}

/** Looks sealed: base64 of random bytes that open under no key. */
export function randomSealed(bytes = 64): string {
  return randomBytes(Math.max(bytes, 30)).toString('base64');
}

let recordedAt = Date.now() * 1_000;

/** Microseconds, one more at each call: what ingest assigns. */
export function nextRecordedAt(): number {
  recordedAt += 1;
  return recordedAt;
}

/** A turn of a random subject of a random tenant, in user scope; give what the test is about. */
export function aTurn(given: Partial<TurnReceived> = {}): TurnReceived {
  const subjectId = given.subjectId ?? randomSubjectId();
  return {
    type: 'turn-received',
    v: 1,
    tenantId: randomTenantId(),
    epoch: 1,
    turnId: randomTurnId(),
    sessionKey: randomSessionKey(),
    audience: userAudience(subjectId),
    role: 'user',
    sourceClass: 'user',
    trust: 0.9,
    occurredAt: '2026-01-01T00:00:00.000Z',
    recordedAt: nextRecordedAt(),
    sealed: randomSealed(),
    ...given,
    subjectId,
  };
}

/** An episode of a random subject of a random tenant, in user scope; give what the test is about. */
export function aMemory(given: Partial<MemoryDerived> = {}): MemoryDerived {
  const subjectId = given.subjectId ?? randomSubjectId();
  const at = given.recordedAt ?? nextRecordedAt();
  return {
    type: 'memory-derived',
    v: 1,
    memoryId: randomMemoryId(),
    version: at,
    tenantId: randomTenantId(),
    contributors: [subjectId],
    sessionKey: randomSessionKey(),
    sourceId: randomSourceId(),
    audience: userAudience(subjectId),
    kind: 'episode',
    flags: [],
    sourceClass: 'user',
    trust: 0.9,
    confidence: 0.9,
    importance: 'normal',
    occurredAt: '2026-01-01T00:00:00.000Z',
    derivedFrom: [],
    epoch: 1,
    sealed: randomSealed(),
    ...given,
    subjectId,
    recordedAt: at,
  };
}

export function userAudience(subjectId: SubjectId): Audience {
  return `u:${subjectId}` as Audience;
}

export function agentAudience(agentId: AgentId): Audience {
  return `a:${agentId}` as Audience;
}

export function teamAudience(teamId: TeamId): Audience {
  return `t:${teamId}` as Audience;
}

export const ORGANISATION = 'o' as Audience;

type Claims = Parameters<typeof createPrincipal>[0];

/** An agent's key with every right and no minimum trust; give what the test is about. */
export function aPrincipal(given: Partial<Claims> = {}): Principal {
  return createPrincipal({
    keyId: randomBytes(6).toString('hex'),
    tenantId: randomTenantId(),
    agentId: randomAgentId(),
    teamIds: [],
    rights: new Set(['ingest', 'recall', 'on-behalf-of', 'publish', 'erase', 'admin']),
    minTrust: 0,
    ...given,
  });
}

/** What an agent of the tenant may read for the subject, in that tenant alone. */
export function aReadScope(tenantId: TenantId, subjectId?: SubjectId, given: Partial<Claims> = {}): ReadScope {
  return readScopeOf(aPrincipal({ ...given, tenantId }), subjectId);
}

function hex32(): string {
  return randomBytes(32).toString('hex');
}
